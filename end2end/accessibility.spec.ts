// Every customer page is accessible: axe finds no violation in light or dark, with the island or on the plain page; the
// keyboard is enough; and every page fits the narrowest screen.
import type { Page } from "@playwright/test";
import { expectNoViolations } from "./axe";
import { Customer, invalidCpf } from "./customer";
import type { Server } from "./server";
import { demo } from "./answers";
import { expect, photo, test } from "./support";

/** Returns the URL of a session that has expired. */
async function expired(server: Server) {
  const link = await server.link("minimal", "--ttl", "1s");
  await server.waitFor("EXPIRED", link.sessionId);
  return link.url;
}

// axe needs script in the page, so pages without script are checked with ?plain=1.
test.describe("axe finds no violation", { tag: "@script-on" }, () => {
  test.slow();

  for (const query of ["", "?plain=1"]) {
    const name = query ? "on the plain page" : "with the island";

    test(`${name}: on every step, with faults and answered, and on the last page`, async ({ page, server }) => {
      const customer = new Customer(page, await server.link(demo), !query);
      const faults = query ? "?check=1&plain=1" : "?check=1";
      await customer.open("", query);
      await expectNoViolations(page, "the first page");
      for (const step of await customer.steps()) {
        // Wait for the page's own navigation first: it would cancel the next one.
        await customer.expectStep(step.id);
        await customer.open(step.id, faults);
        if (step.fields.some(({ required }) => required)) await expect(customer.summary).toBeVisible();
        await expectNoViolations(page, `${step.id} with faults`);
        await customer.fill(step);
        if (step.id === "identity") await customer.cpf.fill(invalidCpf);
        if (step.fields.some(({ type }) => type === "ARTIFACT")) await customer.keepFiles();
        if (!query && ["identity", "document", "address"].includes(step.id)) await expectNoViolations(page, `${step.id} answered`);
        await customer.pressContinue();
      }
      await customer.expectStatus("COMPLETED");
      await expectNoViolations(page, "the last page");
    });

    test(`${name}: on expired and unknown links`, async ({ page, server }) => {
      await page.goto(`${await expired(server)}${query}`);
      await expect(page.locator("main")).toHaveAttribute("data-status", "EXPIRED");
      await expectNoViolations(page, "expired");
      await page.goto(`${server.origin}/verify/sess_unknown${query}`);
      await expectNoViolations(page, "unknown");
    });
  }

  test("while an upload waits and while the checks run", async ({ customer, page, server }) => {
    customer.allowConsole(/net::ERR_/);
    await customer.reachSelfie();
    const before = server.artifacts();
    await page.route("**/upload", (route) => route.abort());
    await customer.selfie.setInputFiles(photo);
    await expect(customer.frame).toContainText("No connection.");
    await expectNoViolations(page, "an upload that waits");
    await page.unrouteAll();
    await expect(customer.frame).toContainText("Saved");
    await customer.expectProcessing(server, before);
    await expectNoViolations(page, "processing");
  });
});

test("a customer can complete a session with the keyboard only", async ({ customer, page }) => {
  const tabTo = async (where: ReturnType<Page["locator"]>, most: number) => {
    for (let pressed = 0; pressed < most; pressed++) {
      await page.keyboard.press("Tab");
      if (await where.evaluate((element) => element === document.activeElement)) return;
    }
    await expect(where).toBeFocused();
  };
  await customer.open();
  await tabTo(customer.name, 3);
  await page.keyboard.type("User Name");
  await tabTo(customer.cpf, 1);
  await page.keyboard.type("12345678909");
  await page.keyboard.press("Enter"); // Enter presses Continue, never a language button.
  await customer.expectStep("selfie");
  await customer.ready();
  if (customer.hasScript) await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(customer.camera, 3);
  await tabTo(customer.selfie, 1);
  expect(await customer.selfie.evaluate((input) => getComputedStyle(input).outlineStyle), "the focus is visible").toBe("solid");
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(photo);
  if (customer.hasScript) await customer.expectSavedPhoto();
  await tabTo(customer.continue, 2);
  await page.keyboard.press("Enter");
  await customer.expectStatus("COMPLETED");
});

/** Texts that the screen or a containing box cuts off. Texts for screen readers do not count. */
function clippedTexts() {
  const found: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode as Text;
    const parent = text.parentElement;
    if (!text.data.trim() || !parent?.checkVisibility({ visibilityProperty: true }) || parent.closest("script, noscript, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    for (let box: Element | null = parent; box; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box);
      const edge = box.getBoundingClientRect();
      if (edge.width <= 1 || edge.height <= 1) break;
      const [left, right] = box === document.documentElement ? [0, innerWidth] : [edge.left, edge.right];
      const clipsX = overflowX !== "visible" || box === document.documentElement;
      const clipsY = ["hidden", "clip"].includes(overflowY);
      const cut = rects.some((r) => (clipsX && (r.left < left - 1 || r.right > right + 1)) || (clipsY && (r.top < edge.top - 1 || r.bottom > edge.bottom + 1)));
      if (cut) found.push(text.data.trim());
    }
  }
  return found;
}

test("at 320 pixels every page fits and no text is cut off, at 100% and 200% text size", async ({ page, server, javaScriptEnabled }) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  customer.allowConsole(/status of 404/);
  const expectFits = async (where: string) => {
    for (const size of ["100%", "200%"]) {
      await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), `${where}, ${size}`).toBeLessThanOrEqual(320);
      expect.soft(await page.evaluate(clippedTexts), `${where}, ${size}: cut off`).toEqual([]);
    }
    await page.evaluate(() => document.documentElement.removeAttribute("style"));
  };
  for (const language of ["pt-BR", "en", "es"]) {
    for (const { id } of await customer.steps()) {
      await customer.open(id, `?check=1&lang=${language}`);
      await expectFits(`${id}, ${language}`);
    }
  }
  await customer.open("consent", "?lang=en");
  for (const step of await customer.steps()) {
    await customer.expectStep(step.id);
    await customer.ready();
    await customer.fill(step);
    if (step.id === "identity") await customer.name.fill("W".repeat(200));
    await expectFits(`${step.id}, answered`);
    await customer.pressContinue();
  }
  await customer.expectStatus("COMPLETED");
  await expectFits("the last page");
  await page.goto(`${server.origin}/verify/sess_unknown`);
  await expectFits("unknown");
  customer.expectQuiet();
});
