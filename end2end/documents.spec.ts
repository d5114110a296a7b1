// A customer sends drawn documents and a drawn face, and an operator sees what was read on them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers } from "./answers";
import { checkPage, expectNoViolations } from "./axe";
import { Customer } from "./customer";
import { Operator } from "./operator";
import type { Server } from "./server";
import { expect, test } from "./support";

const looking = ["cpf", "document_text", "mrz", "barcode", "face", "face_match"];

type Person = { name: string; cpf: string; birthDate: string };
let folder: string;
let person: Person;

test.beforeAll(async ({ server }) => {
  folder = mkdtempSync(join(tmpdir(), "flow-samples-"));
  await server.command("sample-documents", folder);
  [person] = JSON.parse(readFileSync(join(folder, "samples.json"), "utf8"));
  await server.importFlow({ ...(await server.command("flow", "export", "demo")), name: "looking", sandbox: true, checks: looking });
});
test.afterAll(() => rmSync(folder, { recursive: true }));

/** Sends the sample person's photos with these details, and waits for the checks. */
async function send(customer: Customer, server: Server, entered: Record<string, string>) {
  const photo = (name: string) => join(folder, `0001-${name}.jpg`);
  const files = { document_front_url: photo("cnh-good"), document_back_url: photo("rg-good"), selfie_url: photo("selfie") };
  const own: Record<string, string> = { ...answers, name: person.name, cpf: person.cpf, birth_date: person.birthDate, document_type: "CNH", ...files, ...entered };
  await customer.open();
  for (const step of await customer.steps()) {
    await customer.expectStep(step.id);
    await customer.ready();
    for (const field of step.fields) await customer.answer(field, own[field.name]);
    await customer.pressContinue();
  }
  await expect.poll(async () => (await server.shown(customer.link.sessionId)).status, { timeout: 120_000 }).toBe("COMPLETED");
  return server.shown(customer.link.sessionId);
}

test("documents that say what was entered are approved", async ({ page, server, javaScriptEnabled }) => {
  test.slow();
  const customer = new Customer(page, await server.link("looking"), javaScriptEnabled);
  if (javaScriptEnabled) {
    await customer.open();
    await expect(page.getByRole("complementary")).toContainText("sample documents");
    await expectNoViolations(page, "a page that says that it is a test");
  }
  const shown = await send(customer, server, {});
  expect(shown.checks.filter(({ result }: { result: string }) => !["PASSED", "SKIPPED"].includes(result))).toEqual([]);
  expect(shown).toMatchObject({ decision: "APPROVED", riskScore: 0 });
  customer.expectQuiet();
});

test("an operator sees what differs, and where", async ({ browser, page, server, javaScriptEnabled }) => {
  test.slow();
  const customer = new Customer(page, await server.link("looking"), javaScriptEnabled);
  const shown = await send(customer, server, { cpf: "529.982.247-25" });
  expect(["REVIEW", "REJECTED"]).toContain(shown.decision);

  const operator = await Operator.invited("REVIEWER", browser, server, javaScriptEnabled);
  await operator.page.goto(`${server.origin}/dashboard/sessions/${shown.ref}`);
  const checks = operator.main.locator("section", { has: operator.page.getByRole("heading", { name: "Checks", exact: true }) });
  const differs = checks.locator("li", { hasText: "document.cpf_differs" });
  await expect(differs.locator(".marked polygon")).toHaveCount(1);
  await expect(differs).not.toContainText("529.982.247-25");
  await operator.button("Reveal").click();
  await expect(differs.locator("dd").first()).toHaveText("529.982.247-25");
  await expect(differs.locator("mark").first()).not.toBeEmpty();
  const photo = differs.locator("img").first();
  await photo.scrollIntoViewIfNeeded();
  await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(1000);
  // axe needs script.
  if (javaScriptEnabled) await checkPage(operator.page, "a session with findings");
  operator.expectQuiet();
});
