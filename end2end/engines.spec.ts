// A whole session in browsers other than Chromium: Firefox, and WebKit with and without script.
import { type Engine, firefox, webkit } from "./engines";
import { act, demo, stepsOf } from "./answers";
import { eventBody } from "./receiver";
import { expect, test } from "./support";

const engines: [string, () => Promise<Engine>, boolean][] = [
  ["Firefox", firefox, true],
  ["WebKit", () => webkit({ script: true }), true],
  ["WebKit without script", () => webkit({ script: false }), false],
];

for (const [name, launch, script] of engines) {
  test(`${name}: from a link to a webhook`, async ({ server, backend }) => {
    test.slow();
    const link = await server.link(demo);
    const browser = await launch();
    try {
      await browser.open(link.url);
      for (const [number, step] of (await stepsOf(link)).entries()) {
        await browser.see(`form.sheet[action="/verify/${link.sessionId}/${step.id}"]`);
        if (script) await browser.see("body[data-hydrated]");
        // What is typed before the focus has moved to the heading would be lost.
        if (script && number > 0 && step.type !== "REVIEW") await browser.see("h1:focus");
        for (const field of step.fields) {
          await browser.act(act(field));
          if (script && field.type === "ARTIFACT") await browser.see(`.photo[data-has] #field-${field.name}`);
        }
        if (!script) await browser.see("body:not([data-hydrated])");
        await browser.press("button.primary");
      }
      await browser.see('main[data-status="COMPLETED"]');
      expect(browser.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
    const shown = await server.shown(link.sessionId);
    const data = { sessionId: link.sessionId, ref: shown.ref, decision: "REVIEW", sequence: 1 };
    expect(await backend.onlyEvent(link.sessionId)).toStrictEqual(eventBody("session.completed", data));
  });
}
