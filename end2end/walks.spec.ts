// The whole flow with every kind of step: with and without script, in each language, on a phone and on a desktop.
import { answers, demo, stepsOf } from "./answers";
import { eventBody } from "./receiver";
import { expect, test } from "./support";

test.use({ flow: demo });

test("every kind of step, from a link to a webhook", async ({ customer, server, backend, link }) => {
  await customer.completeSteps();
  const shown = await server.shown(link.sessionId);
  expect(shown).toMatchObject({ status: "COMPLETED", decision: "REVIEW", riskScore: 0 });
  const data = { sessionId: link.sessionId, ref: shown.ref, decision: "REVIEW", sequence: 1 };
  expect(await backend.onlyEvent(link.sessionId)).toStrictEqual(eventBody("session.completed", data));

  const files = Object.keys(answers).filter((name) => name.endsWith("_url"));
  expect(shown.artifacts.map(({ field }) => field).sort()).toEqual(files.sort());
  const steps = (await customer.steps()).map(({ id }) => id);
  if (customer.hasScript) {
    const writes = customer.apiCalls().filter((call) => !call.startsWith("GET"));
    expect(writes.filter((call) => call !== "POST /upload")).toEqual([...steps.map((id) => `PUT /steps/${id}`), "POST /complete"]);
    expect(writes.filter((call) => call === "POST /upload")).toHaveLength(files.length);
    expect(customer.formPosts()).toEqual([]);
  } else {
    expect(customer.formPosts()).toEqual(steps.map((id) => `/${id}`));
  }
});

const walks = [
  { locale: "pt-BR", viewport: { width: 390, height: 844 }, go: "Continuar", end: "Enviar", done: "Tudo pronto" },
  { locale: "en", viewport: { width: 1280, height: 800 }, go: "Continue", end: "Submit", done: "All done" },
  { locale: "es", viewport: { width: 390, height: 844 }, go: "Seguir", end: "Enviar", done: "Todo listo" },
];

for (const { locale, viewport, go, end, done } of walks) {
  test.describe(`${locale}, ${viewport.width}×${viewport.height}`, { tag: "@script-on" }, () => {
    test.use({ locale, viewport, isMobile: viewport.width < 600 });

    test("every page uses the language and fits the screen", async ({ customer, page, link }) => {
      const steps = await stepsOf(link, locale);
      await customer.open();
      for (const [at, step] of steps.entries()) {
        await customer.expectStep(step.id);
        await expect(page.locator(`html[lang="${locale}"]`)).toBeAttached();
        await expect(customer.main.getByRole("heading", { level: 1 })).toHaveText(step.title);
        await expect(page).toHaveTitle(`${step.title} · Acme`);
        if (step.text) await expect(customer.main).toContainText(step.text);
        for (const { label, options = [] } of step.fields) {
          for (const text of [label, ...options.map((option) => option.label)]) await expect(customer.main).toContainText(text);
        }
        await expect(customer.continue).toHaveText(at + 1 < steps.length ? go : end);
        if (viewport.width < 600) await expect(customer.continue).toBeInViewport({ ratio: 1 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
        await customer.ready();
        await customer.fill(step);
        await customer.pressContinue();
      }
      await customer.expectStatus("COMPLETED");
      await expect(customer.main.getByRole("heading", { level: 1 })).toHaveText(done);
    });
  });
}

test("the consent shows its text and the privacy notice, and its box starts unticked", async ({ customer }) => {
  const { text = "", fields: [consent] } = await customer.step("consent");
  await customer.open();
  await expect(customer.main).toContainText(text);
  await expect(customer.page.getByRole("link", { name: "Privacy" }).first()).toHaveAttribute("href", "https://acme.example/privacy");
  await expect(customer.page.locator("#field-consent")).not.toBeChecked();
  customer.allowConsole(/status of 422/);
  await customer.pressContinue();
  await customer.expectFaults("Tick the box to continue");
  await customer.ready();
  await customer.answer(consent);
  await customer.pressContinue();
  await customer.expectStep("identity");
});

test("the back of a document is required only where the document has one", async ({ customer }) => {
  const { fields: [type, front] } = await customer.step("document");
  customer.allowConsole(/status of 422/);
  await customer.completeSteps("document");
  await customer.answer(type, "CNH");
  await customer.answer(front);
  await customer.pressContinue();
  await customer.expectFaults("Take a photo or choose a file for “Back”");
  await customer.ready();
  await customer.expectAnswered({ id: "", type: "", title: "", fields: [type, front] }, { ...answers, document_type: "CNH" });
  await customer.answer(type, "PASSPORT");
  await customer.pressContinue();
  await customer.expectStep("selfie");
});

test("the review shows every answer and links to each step and back", async ({ customer, page, link, otherDevice }) => {
  await customer.completeSteps("review");
  const { main } = customer;
  for (const text of ["User Name", "123.456.789-09", "1990", "user@example.com", "RG"]) await expect(main).toContainText(text);
  expect((await main.textContent())?.replace(/\D/g, "")).toContain("5511912345678");
  const pictures = main.locator("img[src*='/artifacts/'], img[src^='blob:']");
  await expect.poll(() => pictures.evaluateAll((images: HTMLImageElement[]) => images.map((image) => image.naturalWidth))).toEqual([1000, 960, 800]);

  const steps = (await customer.steps()).filter(({ fields }) => fields.length > 0);
  for (const { id } of steps) {
    await main.locator(`a[href^="/verify/${link.sessionId}/${id}"]`).first().click();
    await customer.expectStep(id);
    await page.goBack();
    await customer.expectStep("review");
    await customer.ready();
  }

  await main.locator(`a[href^="/verify/${link.sessionId}/identity"]`).first().click();
  await customer.expectStep("identity");
  await customer.ready();
  await customer.expectAnswered(await customer.step("identity"));
  await customer.name.fill("Another Name");
  await customer.pressContinue();
  await customer.expectStep("review");
  await customer.ready();
  await expect(main).toContainText("Another Name");
  await customer.reload();
  await expect(main).toContainText("Another Name");

  await otherDevice.open("review");
  await expect(otherDevice.main).toContainText("Done on another device");
  expect(await otherDevice.page.content()).not.toMatch(/Another Name|123\.?456\.?789|user@example|1990-05-17|17 May 1990/);

  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});
