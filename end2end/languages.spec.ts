// Portuguese, English and Spanish: chosen by the browser, by the address, or by the footer button, which keeps what was typed.
import { validIdentity } from "./customer";
import { expect, photo, test } from "./support";

const languages = [
  { tag: "pt-BR", own: "Português", identity: "Quem é você", selfie: "Uma foto sua", saved: "Salvo", done: "Tudo pronto", unknown: "Este link não funciona" },
  { tag: "en", own: "English", identity: "Who you are", selfie: "A photo of you", saved: "Saved", done: "All done", unknown: "This link doesn't work" },
  { tag: "es", own: "Español", identity: "Quién es usted", selfie: "Una foto suya", saved: "Guardado", done: "Todo listo", unknown: "Este enlace no funciona" },
];

for (const { tag, own, identity, selfie, saved, done, unknown } of languages) {
  test.describe(tag, () => {
    const html = 'html[lang="' + tag + '"]';

    test.describe("the browser requests it", () => {
      test.use({ locale: tag });

      test("every page uses it", async ({ customer, page, server }) => {
        await customer.open();
        await expect(page.locator(html)).toBeAttached();
        await expect(customer.main.getByRole("heading")).toHaveText(identity);
        await expect(page).toHaveTitle(`${identity} · Acme`);
        await customer.fillIdentity();
        await customer.pressContinue();
        await customer.expectStep("selfie");
        await expect(customer.main.getByRole("heading")).toHaveText(selfie);
        await customer.ready();
        await customer.choosePhoto(photo);
        await customer.pressContinue();
        await customer.expectStatus("COMPLETED");
        await expect(customer.main.getByRole("heading")).toHaveText(done);
        customer.allowConsole(/status of 404/);
        await page.goto(`${server.origin}/verify/sess_unknown`);
        await expect(page.locator(html)).toBeAttached();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(unknown);
      });
    });

    test("the address requests it, and it lasts", async ({ customer, page }) => {
      await customer.open("", `?lang=${tag}`);
      await expect(page.locator(html)).toBeAttached();
      await expect(customer.main.getByRole("heading")).toHaveText(identity);
      await customer.fillIdentity();
      await customer.pressContinue();
      await customer.expectStep("selfie");
      await expect(customer.main.getByRole("heading")).toHaveText(selfie);
    });

    test("the footer button selects it and keeps what was typed and chosen", async ({ customer, page }) => {
      const press = () => page.getByRole("button", { name: own }).click();
      await customer.open();
      await customer.fillIdentity({ name: validIdentity.name, cpf: "12" });
      await press();
      await expect(page.locator(html)).toBeAttached();
      await customer.ready();
      await expect(customer.main.getByRole("heading")).toHaveText(identity);
      await expect(page.getByRole("button", { name: own })).toHaveAttribute("aria-pressed", "true");
      await expect(customer.name).toHaveValue(validIdentity.name);
      await expect(customer.cpf).toHaveValue("12");
      await expect(customer.summary).toHaveCount(0);
      await customer.open(); // The step is not done, and the choice is remembered.
      await customer.expectStep("identity");
      await expect(page.locator(html)).toBeAttached();

      await customer.fillIdentity();
      await customer.pressContinue();
      await customer.expectStep("selfie");
      await customer.ready();
      await customer.selfie.setInputFiles(photo);
      await press();
      await expect(customer.frame).toContainText(saved);
      await customer.ready();
      await customer.pressContinue();
      await customer.expectStatus("COMPLETED");
      await expect(customer.main.getByRole("heading")).toHaveText(done);
    });
  });
}

test("a link created for a language uses it, whatever the browser requests", async ({ server, page }) => {
  const { url } = await server.link("minimal", "--locale", "es");
  await page.goto(url);
  await expect(page.locator('html[lang="es"]')).toBeAttached();
  await page.goto(`${url}?lang=pt-BR`);
  await expect(page.locator('html[lang="pt-BR"]')).toBeAttached();
});
