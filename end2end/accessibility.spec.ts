// Everybody can use every page: axe finds nothing, in light and dark, with the island and as the plain page; the keyboard
// alone is enough; nothing is wider than the narrowest screen.
import type { Page } from "@playwright/test";
import { expectNothing } from "./axe";
import { Customer, doubtfulCpf } from "./customer";
import { demo } from "./story";
import { expect, photo, type Server, test } from "./support";

/** Waits for a link to be over. */
async function expired(server: Server) {
  const link = await server.link("minimal", "--ttl", "1s");
  await expect.poll(async () => (await server.command("session", "show", link.sessionId)).status).toBe("EXPIRED");
  return link.url;
}

// axe needs script in the page that it looks at; what is drawn without any is looked at as ?plain=1.
test.describe("axe finds nothing", { tag: "@script-on" }, () => {
  test.slow();

  for (const query of ["", "?plain=1"]) {
    const name = query ? "on the plain page" : "with the island";

    test(`${name}: every step, with faults and answered, and the end`, async ({ page, server }) => {
      const customer = new Customer(page, await server.link(demo), !query);
      const faults = query ? "?check=1&plain=1" : "?check=1";
      await customer.open("", query);
      await expectNothing(page, "as it comes");
      for (const step of await customer.steps()) {
        // The page goes there by itself, which would stop what is opened meanwhile.
        await customer.expectStep(step.id);
        await customer.open(step.id, faults);
        if (step.fields.some(({ required }) => required)) await expect(customer.summary).toBeVisible();
        await expectNothing(page, `${step.id} with faults`);
        await customer.fill(step);
        if (step.id === "identity") await customer.cpf.fill(doubtfulCpf);
        if (step.fields.some(({ type }) => type === "ARTIFACT")) await customer.keepFiles();
        if (!query && ["identity", "document", "address"].includes(step.id)) await expectNothing(page, `${step.id} answered`);
        await customer.goOn();
      }
      await customer.expectStatus("COMPLETED");
      await expectNothing(page, "the end");
    });

    test(`${name}: links that are over`, async ({ page, server }) => {
      await page.goto(`${await expired(server)}${query}`);
      await expect(page.locator("main")).toHaveAttribute("data-status", "EXPIRED");
      await expectNothing(page, "expired");
      await page.goto(`${server.origin}/verify/sess_unknown${query}`);
      await expectNothing(page, "unknown");
    });
  }

  test("while a photo cannot be sent and while the checks run", async ({ customer, page, server }) => {
    customer.tolerate(/net::ERR_/);
    await customer.reachSelfie();
    const before = server.artifacts();
    await page.route("**/upload", (route) => route.abort());
    await customer.selfie.setInputFiles(photo);
    await expect(customer.frame).toContainText("No connection.");
    await expectNothing(page, "an upload that waits");
    await page.unrouteAll();
    await expect(customer.frame).toContainText("Saved");
    await customer.expectProcessing(server, before);
    await expectNothing(page, "processing");
  });
});

test("the keyboard alone is enough", async ({ customer, page }) => {
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
  await page.keyboard.press("Enter"); // Means Continue, never a language.
  await customer.expectStep("selfie");
  await customer.ready();
  if (customer.scripted) await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(customer.camera, 3);
  await tabTo(customer.selfie, 1);
  expect(await customer.selfie.evaluate((input) => getComputedStyle(input).outlineStyle), "the focus is seen").toBe("solid");
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(photo);
  if (customer.scripted) await customer.expectSavedPhoto();
  await tabTo(customer.continue, 2);
  await page.keyboard.press("Enter");
  await customer.expectStatus("COMPLETED");
});

/** Texts that are cut off by the screen or by what they stand in; a text that is for screen readers alone is none. */
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

test("at 320 pixels nothing is wider, and no text is cut off, at its own size and at twice that", async ({ page, server, javaScriptEnabled }) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  customer.tolerate(/status of 404/);
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
    await customer.goOn();
  }
  await customer.expectStatus("COMPLETED");
  await expectFits("the end");
  await page.goto(`${server.origin}/verify/sess_unknown`);
  await expectFits("unknown");
  customer.expectQuiet();
});
