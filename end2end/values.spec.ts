// What people type and paste: every row of shared/tests/values.json has its outcome in the hosted form, with script and without. One
// page has a field for each of some sixty rows.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Customer } from "./customer";
import { root } from "./server";
import { expect, test } from "./support";

type Row = { type: string; value: string; stored?: string; code?: string; maxLength?: number };
const table: Row[] = JSON.parse(readFileSync(join(root, "shared/tests/values.json"), "utf8"));
/** The browser itself takes line breaks out of an input of one line. */
const rows = table.filter(({ value, maxLength }) => maxLength || !/[\r\n]/.test(value));
const parts = [rows.slice(0, 60), rows.slice(60, 120), rows.slice(120)];

const something: Record<string, string> = { PHONE: "+5511912345678", EMAIL: "ana@acme.example", DATE: "2000-01-01" };
/** What a person sends instead of a value that was refused. */
const corrected = ({ type, value, code }: Row) => (code === "required" ? (something[type] ?? "Ana") : code ? "" : value);

/** Puts these texts into the form, as pasting does. An input of type date or email would not hold what it does not like. */
async function paste(customer: Customer, values: [string, string][]) {
  await customer.page.evaluate((values) => {
    for (const [name, value] of values) {
      const input = document.getElementById(`field-${name}`) as HTMLInputElement;
      if (input.type !== "textarea") input.type = "text";
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, values);
}

for (const [at, part] of parts.entries()) {
  test(`every pasted value is stored or refused, part ${at + 1}`, async ({ server, page, javaScriptEnabled }) => {
    const names = part.map((_, number) => `f${number}`);
    const field = ({ value: _v, stored: _s, code, ...settings }: Row, number: number) => ({ ...settings, name: names[number], label: names[number], required: code === "required" });
    const step = { id: "all", type: "FORM", title: "All", fields: part.map(field) };
    await server.importFlow({ name: `values-${at}`, steps: [step, { id: "review", type: "REVIEW", title: "Review" }] });
    const customer = new Customer(page, await server.link(`values-${at}`, "--locale", "en"), javaScriptEnabled);
    // Without script the page shows again what was refused, and Chromium warns where an input of type date holds no date.
    customer.allowConsole(/status of 422/, /does not conform to the required format/);
    await customer.open();
    await paste(customer, part.map((row, number) => [names[number], row.value]));
    // The browser refuses what it knows to be wrong; the server then finds the rest.
    const refused = new Set<string>();
    const review = page.locator(".review");
    const faults = () => page.locator(".summary a").evaluateAll((links) => links.map((link) => (link.getAttribute("href") ?? "").replace("#field-", "")));
    const answered = async () => (await review.count()) > 0 || (await faults().then((found) => found.length > 0 && !found.some((name) => refused.has(name))));
    for (let round = 0; round < 3; round++) {
      await customer.pressContinue();
      // The page is replaced while we ask.
      await expect.poll(() => answered().catch(() => false)).toBe(true);
      if (await review.count()) break;
      for (const name of await faults()) refused.add(name);
      await paste(customer, part.map((row, number): [string, string] => [names[number], refused.has(names[number]) ? corrected(row) : row.value]));
    }
    await expect(review).toBeVisible();
    const of = (names: string[]) => names.map((name) => part[Number(name.slice(1))]);
    const wrong = names.filter((name, number) => refused.has(name) !== Boolean(part[number].code));
    expect(of(wrong), "refused, and only these").toEqual([]);
    const { userData } = await (await page.request.get(`${server.origin}/kyc-sessions/${customer.link.sessionId}/answers`)).json();
    const differs = names.filter((name, number) => (userData[name] ?? "") !== (part[number].stored ?? corrected(part[number])));
    expect(differs.map((name) => ({ ...part[Number(name.slice(1))], got: userData[name] }))).toEqual([]);
    customer.expectQuiet();
  });
}

test("a mistyped address gets a hint, and Continue goes on", async ({ server, page, javaScriptEnabled }) => {
  const step = { id: "all", type: "FORM", title: "All", fields: [{ name: "email", type: "EMAIL", label: "E-mail", required: true }] };
  await server.importFlow({ name: "mistyped", steps: [step, { id: "review", type: "REVIEW", title: "Review" }] });
  const customer = new Customer(page, await server.link("mistyped", "--locale", "en"), javaScriptEnabled);
  const hint = page.getByText("Did you mean ana@gmail.com?");
  await customer.open();
  await page.locator("#field-email").fill("ana@gmial.con");
  if (customer.hasScript) await expect(page.locator("#field-email")).toHaveAccessibleDescription("Did you mean ana@gmail.com?");
  await customer.pressContinue();
  await expect(page.locator(".review")).toBeVisible();
  await expect(hint).toBeVisible();
  await page.getByRole("link", { name: "Change" }).click();
  await customer.ready();
  await expect(hint).toBeVisible();
  await page.locator("#field-email").fill("ana@gmail.com");
  if (customer.hasScript) await expect(hint).toBeHidden();
  await customer.pressContinue();
  await expect(page.locator(".review")).toContainText("ana@gmail.com");
  await expect(hint).toHaveCount(0);
  customer.expectQuiet();
});

test("a long text keeps its lines, and a fault in it is named", async ({ server, page, javaScriptEnabled }) => {
  const step = { id: "all", type: "FORM", title: "All", fields: [{ name: "about", type: "TEXT", label: "About you", maxLength: 500, required: true }] };
  await server.importFlow({ name: "lines", steps: [step, { id: "review", type: "REVIEW", title: "Review" }] });
  const customer = new Customer(page, await server.link("lines", "--locale", "en"), javaScriptEnabled);
  customer.allowConsole(/status of 422/);
  const about = page.getByLabel("About you");
  await customer.open();
  await about.fill("Rua A\nCasa\u202e 2");
  await customer.pressContinue();
  await customer.expectFaults("Remove the invisible character after “Rua A Casa”");
  await expect(about).toHaveValue("Rua A\nCasa\u202e 2");
  await about.fill("Rua A\nCasa 2");
  await customer.pressContinue();
  await expect(page.locator(".review")).toBeVisible();
  await customer.open("all");
  await expect(about).toHaveValue("Rua A\nCasa 2");
  customer.expectQuiet();
});
