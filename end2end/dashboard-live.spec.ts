// A session's page that follows its status by itself, and what it does not do to the other pages, nor to whoever reads it.
import type { Page } from "@playwright/test";
import { honest } from "./customer";
import { Operator } from "./operator";
import { expect, photo, test } from "./support";

/** Somebody turns to another tab, or back to this one: no tab of a test's browser is ever out of sight by itself. */
async function turn(page: Page, visibility: "hidden" | "visible") {
  await page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, visibility);
}

const listens = (page: Page) => expect(page.locator("body")).toHaveAttribute("data-hydrated", "");

test.describe("with script", { tag: "@script-on" }, () => {
  test("six tabs of running sessions leave room for a seventh, and each catches up when it is seen", async ({ browser, server }) => {
    const operator = await Operator.admin(browser, server, true);
    // Two sessions: one alone has no more than four streams, and a browser six connections.
    const refs: string[] = [];
    for (const { sessionId } of [await server.link(), await server.link()]) refs.push((await server.command("session", "show", sessionId)).ref);
    const tabs: Page[] = [];
    for (const ref of [...refs, ...refs, ...refs]) {
      const tab = await operator.page.context().newPage();
      await tab.goto(`${server.origin}/dashboard/sessions/${ref}`);
      await listens(tab);
      await turn(tab, "hidden");
      tabs.push(tab);
    }
    await operator.open(`/sessions/${refs[0]}`);
    await listens(operator.page);
    await operator.open("/sessions");
    await expect(operator.heading).toHaveText("Sessions");
    await operator.open(`/sessions/${refs[0]}`);
    await operator.finally("Expire now");
    await operator.sees("Expired");

    const [first, second] = tabs.map((tab) => tab.locator(".head .pill"));
    await expect(first).toHaveText("Pending");
    await turn(tabs[0], "visible");
    await expect(first).toHaveText("Expired");
    await turn(tabs[1], "visible");
    await expect(second).toHaveText("Pending");
    await operator.open(`/sessions/${refs[1]}`);
    await operator.finally("Expire now");
    await expect(second).toHaveText("Expired");
    operator.expectQuiet();
  });

  test("what was revealed stays when the session moves on", async ({ browser, customer, link, server }) => {
    await customer.reachSelfie();
    const operator = await Operator.admin(browser, server, true);
    const { ref } = await server.command("session", "show", link.sessionId);
    await operator.open(`/sessions/${ref}`);
    await operator.button("Reveal").click();
    const entered = operator.card("What was entered");
    await expect(entered).toContainText(honest.name);
    await listens(operator.page);
    await customer.choosePhoto(photo);
    await customer.goOn();
    await customer.expectStatus("COMPLETED");
    const live = operator.main.locator(".live");
    await operator.sees("Completed", live);
    await expect(entered).toContainText(honest.name);
    await live.getByRole("link").click();
    await expect(operator.main.locator(".head")).toContainText("Completed");
    await expect(entered).not.toContainText(honest.name);
    operator.expectQuiet();
  });
});
