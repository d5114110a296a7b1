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
async function expectRedirect({ page, link, hasScript }: Customer, status: string) {
  const there = `${address}&status=${status}`;
  await expect(page.getByRole("link", { name: "Back to Shop" })).toHaveAttribute("href", there);
  if (hasScript) {
    await page.clock.fastForward(8_000);
    await expect(page.locator("main")).toHaveAttribute("data-status", status);
    await page.clock.fastForward(3_000);
  } else {
    // Here the browser counts the seconds, and nobody can move its clock. So it gets the page with one second in place of ten.
    await page.route(link.url, async (route) => {
      const response = await route.fetch();
      const [before, after, ...more] = (await response.text()).split('content="10;url=');
      expect(more, "one redirect").toEqual([]);
      await route.fulfill({ response, body: `${before}content="1;url=${after}` });
    });
    await page.goto(link.url);
  }
  await page.waitForURL(there);
}

async function complete(customer: Customer) {
  await customer.open();
  await expect(customer.page.locator("#return, meta[http-equiv]")).toHaveCount(0);
  await customer.page.getByLabel("Name").fill("User Name");
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
}

async function expire(customer: Customer, server: Server) {
  await server.waitFor("EXPIRED", customer.link.sessionId);
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

test("a page with a return URL says where it goes, and stays if the customer asks", async ({ server, page, javaScriptEnabled }) => {
  const customer = await customerOf(server, page, javaScriptEnabled);
  if (customer.hasScript) await page.clock.install();
  await complete(customer);
  await expect(page.getByRole("status").filter({ hasText: "You will go back to Shop in 10 seconds." })).toBeVisible();
  await page.getByRole("link", { name: "Stay on this page" }).click();
  await expect(page.locator("#leaving, meta[http-equiv]")).toHaveCount(0);
  if (customer.hasScript) await page.clock.runFor(30_000);
  await customer.expectStatus("COMPLETED");
  await page.getByRole("link", { name: "Back to Shop" }).click();
  await page.waitForURL(`${address}&status=COMPLETED`);
});

test("the way back is announced while the page waits", { tag: "@script-on" }, async ({ server, page }) => {
  const customer = await customerOf(server, page, true);
  await complete(customer);
  await page.getByRole("status").filter({ hasText: "10 seconds" }).evaluate((live) => {
    const changed = new Promise((done) => new MutationObserver(done).observe(live, { childList: true, subtree: true, characterData: true }));
    return changed.then(() => {}); // Screen readers announce a live region that changes.
  });
});

for (const dest of ["", "iframe"]) {
  test(`in a frame only a click leads back, and out of the frame (${dest || "a browser that does not name frames"})`, async ({ server, page, javaScriptEnabled }) => {
    test.skip(!dest && !javaScriptEnabled, "without script, nothing else tells such a browser's frames");
    const origin = "https://portal.example";
    await server.importFlow({ name: "framed", steps, branding: { companyName: "Shop" }, returnUrls: [address], allowedOrigins: [origin] });
    const customer = new Customer(page, await server.link("framed", "--return-url", address), javaScriptEnabled);
    await complete(customer);
    await page.route("https://shop.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>The shop</h1>" }));
    const answer = await page.request.get(customer.link.url, { headers: dest ? { "sec-fetch-dest": dest } : {} });
    const html = await answer.text();
    expect(html.includes('http-equiv="refresh"')).toBe(!dest);
    expect(html).toContain(`href="${address.replace("&", "&amp;")}&amp;status=COMPLETED" target="_top"`);
    // The framed page as the browser gets it; its frame is another site's.
    await page.route(customer.link.url, (route) => route.fulfill({ status: 200, contentType: "text/html", body: html }));
    await page.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: `<iframe src="${customer.link.url}" width="390" height="700"></iframe>` }));
    if (customer.hasScript) await page.clock.install();
    await page.goto(`${origin}/`);
    const frame = page.frameLocator("iframe");
    await expect(frame.locator("#return")).toBeVisible();
    if (customer.hasScript) await page.clock.runFor(30_000);
    await expect(frame.locator("#leaving")).toHaveCount(0);
    await frame.locator("#return").click();
    await page.waitForURL(`${address}&status=COMPLETED`);
  });
}

const luminance = ([red, green, blue]: number[]) => {
  const [r, g, b] = [red, green, blue].map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** The contrast of two colours as the browser computes them, by WCAG 2.2. */
function contrast(...colors: string[]) {
  const parts = colors.map((color) => /^rgb[(](\d+), (\d+), (\d+)[)]$/.exec(color)?.slice(1).map(Number));
  const [a, b] = parts.map((part, at) => {
    if (!part) throw new Error(`not a plain colour: ${colors[at]}`);
    return luminance(part);
  }).sort((a, b) => b - a);
  return (a + 0.05) / (b + 0.05);
}

/** An element's colours: text, border, its own ground, and the ground behind it. */
const colorsOf = (page: Page, where: string) =>
  page.locator(where).first().evaluate((element) => {
    const groundOf = (from: Element | null) => {
      for (let at = from; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if (backgroundColor !== "rgba(0, 0, 0, 0)") return backgroundColor;
      }
      return getComputedStyle(document.body).backgroundColor;
    };
    const { color, borderTopColor } = getComputedStyle(element);
    return { text: color, border: borderTopColor, ground: groundOf(element), behind: groundOf(element.parentElement) };
  });

for (const [primaryColor, corrected] of [["#ffe600", ["light"]], ["#000030", ["dark"]], ["#777777", ["light", "dark"]], ["#7f8000", ["light", "dark"]], ["#ffffff", ["light"]], ["#0b5ffe", ["dark"]], ["#0b5fff", []]] as const) {
  test(`a button keeps the company's colour ${primaryColor}, can be read and can be seen, and the import reports what is corrected`, async ({ server, page, javaScriptEnabled }) => {
    const name = `colour-${primaryColor.slice(1)}`;
    const { notes } = await server.importFlow({ name, steps, branding: { primaryColor, privacyUrl: "https://shop.example/privacy" } });
    expect(notes).toHaveLength(corrected.length);
    const customer = new Customer(page, await server.link(name), javaScriptEnabled);
    await customer.open();
    const fill = `rgb(${[1, 3, 5].map((at) => parseInt(primaryColor.slice(at, at + 2), 16)).join(", ")})`;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const shown = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand-text"));
      const note = notes.find((note) => note.includes(`on ${colorScheme} pages`));
      expect(note ?? "", colorScheme).toMatch((corrected as readonly string[]).includes(colorScheme) ? `branding.primaryColor ${primaryColor} is shown as ${shown}` : /^$/);
      const button = await colorsOf(page, "button.primary");
      expect(button.ground, colorScheme).toBe(fill);
      expect(contrast(button.text, button.ground), `text, ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
      const edge = Math.max(contrast(button.ground, button.behind), contrast(button.border, button.behind));
      expect(edge, `edge, ${colorScheme}`).toBeGreaterThanOrEqual(3);
      await page.locator("button.primary").hover();
      const hovered = await colorsOf(page, "button.primary");
      expect(contrast(hovered.text, hovered.ground), `text under the pointer, ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
      const link = await colorsOf(page, ".footer a");
      expect(contrast(link.text, link.ground), `link, ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
      await page.mouse.move(0, 0);
    }
    customer.expectQuiet();
  });
}

/** Logos of 24 by 24 pixels, as PNG: a disc on nothing. */
const logos = {
  dark: "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAR0lEQVR42mNgGPZAQEjjPz5MM4MpsohUw0myhFzDibKEUsMJWkJTC6hlOE5LRi0YtWAIWDD0czJdCju6FNd0qXDoUmUOGQAAoYSqvCtFDCkAAAAASUVORK5CYII=",
  light: "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAPklEQVR42mNgGPbgPwFAM4Mpsug/mYCmhhNlyX8qgYGx4D+VwagFoxYMRQuGfk6mS2FHl+KaLhUOXarMIQMAE1grHOUl2loAAAAASUVORK5CYII=",
  colourful: "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAR0lEQVR42mNgGPZAI+//f3yYZgZTZBGphpNkCbmGE2UJpYYTtISmFlDLcJyWjFowasEQsGDo52S6FHZ0Ka7pUuHQpcocMgAAxAJYHkuV6YUAAAAASUVORK5CYII=",
};

test("a logo that the page would swallow gets a plate", async ({ server, page, javaScriptEnabled }) => {
  const none = "rgba(0, 0, 0, 0)";
  for (const [kind, light, dark] of [["dark", none, "rgb(255, 255, 255)"], ["light", "rgb(22, 27, 36)", none], ["colourful", none, none]] as const) {
    const name = `logo-${kind}`;
    await server.importFlow({ name, steps, branding: { companyName: "Shop", logo: `data:image/png;base64,${logos[kind]}` } });
    const customer = new Customer(page, await server.link(name), javaScriptEnabled);
    await customer.open();
    for (const [colorScheme, plate] of [["light", light], ["dark", dark]] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.locator(".masthead img").evaluate((logo) => getComputedStyle(logo).backgroundColor), `${kind}, ${colorScheme}`).toBe(plate);
    }
    customer.expectQuiet();
  }
});
