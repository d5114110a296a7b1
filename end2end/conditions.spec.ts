// A field with `requiredWhen` asks for something only while its condition holds. With script it is not even there until then.
import { Customer } from "./customer";
import { demo } from "./answers";
import type { Server } from "./server";
import type { Page } from "@playwright/test";
import { expect, test } from "./support";

const text = (name: string, label: string, requiredWhen?: object) => ({ name, type: "TEXT", label, required: true, requiredWhen });
const steps = [
  { id: "about", type: "FORM", title: "About you", fields: [
    { name: "pep", type: "BOOLEAN", label: "I hold public office" },
    text("office", "Office", { pep: ["true"] }),
    text("reason", "Reason", { pep: ["false"] }),
    { ...text("party", "Party", { pep: ["true"] }), type: "CPF" },
  ] },
  { id: "work", type: "FORM", title: "Work", fields: [
    { name: "proof", type: "ARTIFACT", label: "Letter", accept: ["application/pdf"], required: true, requiredWhen: { pep: ["true"] } },
    text("job", "Job"),
  ] },
  { id: "review", type: "REVIEW", title: "Review" },
];

async function open(server: Server, page: Page, hasScript: boolean) {
  await server.importFlow({ name: "conditions", steps });
  const customer = new Customer(page, await server.link("conditions"), hasScript);
  await customer.open("about");
  return customer;
}

test("a condition is told in words, and what does not apply is no fault, not kept and not reviewed", async ({ server, page, javaScriptEnabled }) => {
  const customer = await open(server, page, javaScriptEnabled);
  const office = page.locator("#field-office");
  if (customer.hasScript) {
    await expect(office).toBeHidden();
    await page.getByLabel("I hold public office").check();
    await expect(page.locator("#field-reason")).toBeHidden();
  }
  await expect(office).toHaveAccessibleDescription("Only if you tick “I hold public office”");
  await office.fill("Mayor");
  await page.locator("#field-party").fill("12"); // No CPF.
  if (customer.hasScript) await page.getByLabel("I hold public office").uncheck();
  await expect(page.locator("#field-reason")).toHaveAccessibleDescription("Only if you do not tick “I hold public office”");
  await page.locator("#field-reason").fill("None");
  await customer.pressContinue();
  await customer.expectStep("work");
  await customer.ready();
  if (customer.hasScript) await expect(page.locator("#field-proof")).toBeHidden();
  await page.locator("#field-job").fill("Cook");
  await customer.pressContinue();
  await customer.expectStep("review");
  await expect(page.locator("dt")).toHaveText(["I hold public office", "Reason", "Job"]);
  await expect(customer.main).not.toContainText("Mayor");
  await customer.open("about");
  await expect(page.locator("#field-office")).toHaveValue("");
  customer.expectQuiet();
});

test("a field that takes only PDFs offers no camera", async ({ server, page, javaScriptEnabled }) => {
  const customer = await open(server, page, javaScriptEnabled);
  customer.allowConsole(/status of 422/);
  await page.getByLabel("I hold public office").check();
  await page.locator("#field-office").fill("Mayor");
  await page.locator("#field-party").fill("12345678909");
  await customer.pressContinue();
  await customer.expectStep("work");
  await customer.ready();
  const input = page.getByLabel("Choose a file (Letter)");
  await expect(page.locator("input[type=file]")).toHaveCount(1);
  await expect(page.locator("[capture], .tips")).toHaveCount(0);
  await expect(input).toHaveAccessibleDescription("PDF, at most 10 MB");
  await page.locator("#field-job").fill("Cook");
  await customer.pressContinue();
  await customer.expectFaults("Choose a file for “Letter”");
  await customer.summary.getByRole("link").click();
  await expect(input).toBeFocused();
  customer.expectQuiet();
});

test.describe("with script", { tag: "@script-on" }, () => {
  test("the back of a document is asked for while the kind has one, and a photo of it stays through a change of mind", async ({ server, page }) => {
    const customer = new Customer(page, await server.link(demo), true);
    await customer.open("document");
    const { fields: [type, front, back] } = await customer.step("document");
    const choose = (value: string) => customer.answer(type, value);
    await expect(customer.frameOf(back)).toBeHidden();
    await choose("RG");
    await expect(customer.frameOf(back)).toBeVisible();
    await expect(customer.frameOf(back).locator("xpath=ancestor::fieldset")).toHaveAccessibleDescription(/^Only for /);
    await customer.answer(front);
    await customer.answer(back);
    const other = type.options!.map(({ value }) => value).find((value) => !["RG", "CNH"].includes(value))!;
    await choose(other);
    await expect(customer.frameOf(back)).toBeHidden();
    await choose("RG");
    await expect(customer.frameOf(back).locator(".ok")).toBeVisible();
    await choose(other);
    await customer.pressContinue();
    await customer.expectStep("selfie");
    await customer.reload();
    await customer.open("document");
    await expect(customer.frameOf(back)).toBeHidden();
    customer.expectQuiet();
  });

  test("a fault goes away with the condition of its field", async ({ server, page }) => {
    const customer = await open(server, page, true);
    await page.getByLabel("I hold public office").check();
    await customer.pressContinue();
    await customer.expectFaults("Enter office", "Enter party");
    await page.getByLabel("I hold public office").uncheck();
    await expect(customer.summary).toHaveCount(0);
    await customer.pressContinue();
    await customer.expectFaults("Enter reason");
    customer.expectQuiet();
  });
});
