// A flow sets the company's colours and the return URL.
import type { Page } from "@playwright/test";
import { Customer } from "./customer";
import type { Server } from "./server";
import { expect, test } from "./support";

const steps = [{ id: "name", type: "FORM", title: "Your name", fields: [{ name: "name", type: "TEXT", label: "Name" }] }];
const address = "https://shop.example/back?order=7";

/** A customer whose session has a return URL. */
async function customerOf(server: Server, page: Page, hasScript: boolean, ...more: string[]) {
  await server.importFlow({ name: "back", steps, branding: { companyName: "Shop" }, returnUrls: [address, "shop.app://back"] });
  await page.route("https://shop.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>The shop</h1>" }));
  return new Customer(page, await server.link("back", "--return-url", address, ...more), hasScript);
}

/** Expects the last page to redirect to the return URL after ten seconds: by script where there is script. */
async function expectRedirect({ page, hasScript }: Customer, status: string) {
  const there = `${address}&status=${status}`;
  await expect(page.getByRole("link", { name: "Back to Shop" })).toHaveAttribute("href", there);
  if (hasScript) await page.clock.fastForward(8_000);
  else await page.waitForTimeout(5_000);
  await expect(page.locator("main")).toHaveAttribute("data-status", status);
  if (hasScript) await page.clock.fastForward(3_000);
  await page.waitForURL(there, { timeout: 10_000 });
}

async function complete(customer: Customer) {
  await customer.open();
  await expect(customer.page.locator("#return, meta[http-equiv]")).toHaveCount(0);
  await customer.page.getByLabel("Name").fill("User Name");
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
}

async function expire(customer: Customer, server: Server) {
  await expect.poll(async () => (await server.command("session", "show", customer.link.sessionId)).status).toBe("EXPIRED");
  await customer.page.goto(customer.link.url);
}

test("the last page redirects to the company after ten seconds", async ({ server, page, javaScriptEnabled }) => {
  const customer = await customerOf(server, page, javaScriptEnabled);
  if (customer.hasScript) await page.clock.install();
  await complete(customer);
  await expectRedirect(customer, "COMPLETED");
});

test("the page of an expired link redirects to the company after ten seconds", async ({ server, page, javaScriptEnabled }) => {
  const customer = await customerOf(server, page, javaScriptEnabled, "--ttl", "1s");
  if (customer.hasScript) await page.clock.install();
  await expire(customer, server);
  await expectRedirect(customer, "EXPIRED");
});

test("the return URL is also a link, and it can open an app", async ({ server, page, javaScriptEnabled }) => {
  const customer = await customerOf(server, page, javaScriptEnabled);
  await complete(customer);
  await page.getByRole("link", { name: "Back to Shop" }).click();
  await page.waitForURL(`${address}&status=COMPLETED`);

  const app = new Customer(page, await server.link("back", "--return-url", "shop.app://back"), javaScriptEnabled);
  await complete(app);
  await expect(page.getByRole("link", { name: "Back to Shop" })).toHaveAttribute("href", "shop.app://back?status=COMPLETED");
  for (const [query, noscript] of [["", "noscript>"], ["?plain=1", ""]]) {
    const html = await (await page.request.get(`${app.link.url}${query}`)).text();
    expect(html).toContain(`<${noscript}${noscript && "<"}meta http-equiv="refresh" content="10;url=shop.app://back?status=COMPLETED">`);
  }
});

/** The contrast of an element's text with its background, by WCAG 2.2. */
async function contrast(page: Page, where: string) {
  const [text, ground] = await page.locator(where).evaluate((element) => {
    let behind: Element | null = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    return [getComputedStyle(element).color, getComputedStyle(behind ?? document.body).backgroundColor];
  });
  const luminance = (color: string) => {
    const parts = /^rgb[(](\d+), (\d+), (\d+)[)]$/.exec(color);
    if (!parts) throw new Error(`not a plain colour: ${color}`);
    const [r, g, b] = parts.slice(1).map((part) => Number(part) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
  return (a + 0.05) / (b + 0.05);
}

test("an illegible brand colour is corrected, and the import reports it", async ({ server, page, javaScriptEnabled }) => {
  for (const [primaryColor, where] of [["#ffe600", ["light"]], ["#000030", ["dark"]], ["#777777", ["light", "dark"]]] as const) {
    const { notes } = await server.importFlow({ name: "colours", steps, branding: { primaryColor, privacyUrl: "https://shop.example/privacy" } });
    expect(notes).toHaveLength(where.length);
    const customer = new Customer(page, await server.link("colours"), javaScriptEnabled);
    await customer.open();
    for (const [at, colorScheme] of (["light", "dark"] as const).entries()) {
      await page.emulateMedia({ colorScheme });
      const shown = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand"));
      const note = notes.find((note) => note.includes(`on ${colorScheme} pages`));
      expect(note ?? "", `${primaryColor}, ${colorScheme}`).toMatch((where as readonly string[]).includes(colorScheme) ? `branding.primaryColor ${primaryColor} is shown as ${shown}` : /^$/);
      for (const element of ["button.primary", ".footer a"]) expect(await contrast(page, element), `${element}, ${primaryColor}, ${at}`).toBeGreaterThanOrEqual(4.5);
    }
    customer.expectQuiet();
  }
});
