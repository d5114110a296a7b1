// What the eye and a screen reader get of a page: no word of the browser's own language, icons and bars in high-contrast modes, a footer
// that wraps whole, and no two buttons of one name.
import { Customer } from "./customer";
import { demo } from "./answers";
import { expect, photo, test } from "./support";

for (const [lang, names] of [
  ["pt-BR", ["Tirar uma foto (Frente)", "Ou escolher um arquivo (Frente)", "Tirar uma foto (Verso)", "Ou escolher um arquivo (Verso)"]],
  ["en", ["Take a photo (Front)", "Or choose a file (Front)", "Take a photo (Back)", "Or choose a file (Back)"]],
  ["es", null],
] as const) {
  test(`inputs for files speak the page's language, and each has its own name (${lang})`, async ({ server, page, javaScriptEnabled }) => {
    const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
    await customer.open("document", `?lang=${lang}`);
    await page.getByRole("radio").first().check();
    const inputs = page.locator("input[type=file]");
    await expect(inputs).toHaveCount(4);
    const shown: string[] = [];
    for (const input of await inputs.all()) {
      // The browser's own words for "no file" have no size; the label says in the page's language what happens.
      expect(await input.evaluate((element) => getComputedStyle(element).fontSize)).toBe("0px");
      shown.push(await input.evaluate((element: HTMLInputElement) => element.labels![0].textContent!));
    }
    expect(new Set(shown).size).toBe(4);
    if (names) for (const [at, name] of names.entries()) await expect(inputs.nth(at)).toHaveAccessibleName(name);
    await expect(inputs.nth(1)).toHaveAccessibleDescription(/^JPEG, PNG, WebP, .*10 MB$/);
    await inputs.nth(1).setInputFiles(photo);
    expect(await inputs.nth(1).evaluate((element) => getComputedStyle(element).fontSize), "the name of a file is shown").not.toBe("0px");
    customer.expectQuiet();
  });
}

test("the languages and the links of the footer wrap whole", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  for (const lang of ["pt-BR", "en", "es"]) {
    await customer.open("consent", `?lang=${lang}`);
    for (const width of [320, 360, 390, 430, 600, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      for (const group of [".languages", ".links"]) {
        const tops = await page.locator(`.footer ${group} > *`).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
        expect(new Set(tops).size, `${group}, ${lang}, ${width}`).toBe(1);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  }
});

test("icons and bars hold in forced colours", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ forcedColors: "active", colorScheme });
    await customer.open("selfie");
    const seen = await page.evaluate(() => {
      const canvas = getComputedStyle(document.body).backgroundColor;
      const icons = [...document.querySelectorAll(".pick")].map((pick) => getComputedStyle(pick, "::before").backgroundColor);
      const bar = document.querySelector(".steps progress")!;
      return { canvas, icons, border: getComputedStyle(bar).borderTopColor, width: getComputedStyle(bar).borderTopWidth };
    });
    for (const icon of seen.icons) expect(icon, `an icon, ${colorScheme}`).not.toBe(seen.canvas);
    expect(seen.border, `a bar, ${colorScheme}`).not.toBe(seen.canvas);
    expect(seen.width).not.toBe("0px");
    // The bar's filled part has the colour of selected text, and the rest that of the page.
    const pixels = await page.locator(".steps progress").screenshot();
    const [filled, empty] = await page.evaluate(async (image) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${image}`)).blob());
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      return [0.2, 0.97].map((at) => [...context.getImageData(bitmap.width * at, bitmap.height / 2, 1, 1).data].join());
    }, pixels.toString("base64")).catch(() => ["needs script", "in the page"]);
    expect(filled).not.toBe(empty);
  }
});

test("the answers of another device, or of this one without cookies, are told as what they are", async ({ customer, otherDevice, page }) => {
  await customer.reachSelfie();
  await customer.open("identity");
  await expect(page.locator(".elsewhere")).toHaveCount(0);
  await page.context().clearCookies(); // As if the browser had kept none.
  await customer.open("identity");
  await expect(page.locator(".elsewhere")).toHaveText(Array(2).fill("Done on another device, or on this one with cookies blocked"));
  // A device whose cookie works knows that it was another one.
  await otherDevice.open("selfie");
  await otherDevice.choosePhoto(photo);
  await otherDevice.keepFiles();
  await otherDevice.open("identity");
  await expect(otherDevice.page.locator(".elsewhere")).toHaveText(Array(2).fill("Done on another device"));
});
