// Everybody can use every page: axe finds nothing, in light and dark, with the island and as the plain page; the keyboard
// alone is enough; nothing is wider than the narrowest screen.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Customer } from "./customer";
import { expect, photo, type Server, test } from "./support";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function expectNothing(page: Page, where: string) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations, passes } = await new AxeBuilder({ page }).withTags(rules).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("; ")}`);
    expect(found, `${where}, ${colorScheme}`).toEqual([]);
    expect(passes.length, "axe looked at something").toBeGreaterThan(10);
  }
}

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

    test(`${name}: the steps, with faults, with what is saved, and the end`, async ({ page, link }) => {
      const customer = new Customer(page, link, !query);
      const faults = query ? "?check=1&plain=1" : "?check=1";
      await customer.open("", query);
      await expectNothing(page, "identity");
      await customer.open("identity", faults);
      await expect(customer.summary).toBeVisible();
      await expectNothing(page, "identity with faults");
      await customer.fillIdentity({ name: "Ana", cpf: "123.456.789-00" });
      await expectNothing(page, "identity filled in");
      await customer.goOn();
      await customer.expectStep("selfie");
      await customer.ready();
      await expectNothing(page, "selfie");
      await customer.open("selfie", faults);
      await expect(customer.summary).toBeVisible();
      await expectNothing(page, "selfie with faults");
      await customer.selfie.setInputFiles(photo);
      if (query) await page.getByRole("button", { name: "English" }).click();
      await expect(customer.frame).toContainText("Saved");
      await expectNothing(page, "selfie saved");
      await customer.goOn();
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

  test("while a photo cannot be sent and while the checks run", async ({ customer, page }) => {
    customer.tolerate(/net::ERR_/);
    await customer.reachSelfie();
    await page.route("**/upload", (route) => route.abort());
    await customer.choosePhoto(photo);
    await expectNothing(page, "a failed upload");
    await page.unrouteAll();
    // A status that stays, by the island's own way of asking for it.
    await page.route("**/public?*", async (route) => {
      const session = await (await route.fetch()).json();
      await route.fulfill({ json: { ...session, status: "PROCESSING", steps: [], progress: { done: [], current: null } } });
    });
    await customer.goOn();
    await customer.expectStatus("PROCESSING");
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

test("nothing is wider than 320 pixels", async ({ customer, page, server }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const expectFits = async (where: string) => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBeLessThanOrEqual(320);
  };
  for (const language of ["pt-BR", "en", "es"]) {
    for (const step of ["identity", "selfie"]) {
      await customer.open(step, `?check=1&lang=${language}`);
      await expect(customer.summary).toBeVisible();
      await expectFits(`${step}, ${language}`);
    }
  }
  await customer.open("identity", "?lang=en");
  await customer.fillIdentity({ name: "W".repeat(200), cpf: "123.456.789-00" });
  await expectFits("a long name");
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.choosePhoto(photo);
  await expectFits("a photo");
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
  await expectFits("the end");
  customer.tolerate(/status of 404/);
  await page.goto(`${server.origin}/verify/sess_unknown`);
  await expectFits("unknown");
});
