// Rules: one is written in the editor from nothing with the keyboard only, and holds a transaction; two operators change one at the same
// time; every page is accessible and fits.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectNoViolations } from "./axe";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";
import type { Server } from "./server";

/** Pictures go there, for people who look at them. */
const folder = process.env.SCREENSHOTS;
const newName = () => `rule-${randomUUID()}`;

/** Posts a payment over the API and returns the answer. */
async function pay(server: Server, type: string, amount: number, customer: string) {
  const { key } = await server.command("api-key", "create", "--scope", "transactions");
  const body = JSON.stringify({ transactionId: randomUUID(), customerId: customer, amount, currency: "BRL", direction: "OUT", type });
  const answer = await fetch(`${server.origin}/transactions`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body });
  expect(answer.status).toBe(201);
  return answer.json();
}

/** The keys of somebody without a mouse. */
class Keyboard {
  constructor(readonly page: Page) {}

  /** Presses Tab until the element has the focus. */
  async to(selector: string) {
    for (let steps = 0; steps < 200; steps += 1) {
      if (await this.page.locator(":focus").evaluateAll(([focused], wanted) => !!focused?.matches(wanted), selector)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to ${selector}`);
  }

  async press(selector: string, key = "Enter") {
    await this.to(selector);
    await this.page.keyboard.press(key);
  }

  /** The same for a button of the editor: waits until the page shows what it did. */
  async step(selector: string) {
    await this.to(selector);
    const shown = this.page.waitForEvent("framenavigated");
    await this.page.keyboard.press("Enter");
    await shown;
  }

  async type(selector: string, text: string) {
    await this.to(selector);
    await this.page.keyboard.type(text);
  }

  /** Chooses an option of a list by its arrow keys. */
  async choose(selector: string, value: string) {
    await this.to(selector);
    const list = this.page.locator(selector);
    await this.page.keyboard.press("Home");
    for (let at = 0; at < 60 && (await list.inputValue()) !== value; at += 1) await this.page.keyboard.press("ArrowDown");
    await expect(list).toHaveValue(value);
  }
}

test("a rule is written from nothing with the keyboard only, and holds a transaction", async ({ browser, server, javaScriptEnabled }) => {
  test.slow();
  const [name, type] = [newName(), `T${randomUUID().replaceAll("-", "_").toUpperCase().slice(0, 20)}`];
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const keys = new Keyboard(page);
  const sentence = page.locator(".sentence");
  await keys.press('nav a[href="/dashboard/rules"]');
  await expect(operator.heading).toHaveText("Rules");
  await keys.press('main a[href="/dashboard/rules/new"]');
  await expect(operator.heading).toHaveText("New rule");
  await keys.type("[name=title]", "Large payments to new people");
  await keys.type("[name=name]", name);

  // Adding leads to the new condition.
  await keys.step('[name=_action][value="add:w"]');
  await expect(page.locator('[name="w.0.op"]')).toBeFocused();
  await keys.type('[name="w.0.value"]', "1,000.00");
  await keys.type('[name="w.0.currency"]', "BRL");
  if (javaScriptEnabled) await expect(sentence).toContainText("If the amount is at least 1,000.00 BRL");
  await keys.choose('[name="w.new"]', "type");
  await keys.step('[name=_action][value="add:w"]');
  await expect(page.locator('[name="w.1.op"]')).toBeFocused();
  await keys.type('[name="w.1.value"]', type);
  await expect(page.locator('[name="w.0.value"]')).toHaveValue("1,000.00");

  // Move it up, and turn another into its opposite.
  await keys.step('[name=_action][value="up:w.1"]');
  await expect(page.locator("#w-0")).toBeFocused();
  await expect(page.locator('[name="w.0.value"]')).toHaveValue(type);
  await keys.choose('[name="w.new"]', "sum");
  await keys.step('[name=_action][value="add:w"]');
  await keys.choose('[name="w.2.op"]', "above");
  await keys.type('[name="w.2.value"]', "5000");
  await keys.type('[name="w.2.currency"]', "BRL");
  await keys.step('[name=_action][value="not:w.2"]');
  await expect(page.locator("#w-2")).toBeFocused();
  await keys.type('[name="w.2.0.within"]', "24h");
  await keys.to("[name=action]");
  await page.keyboard.press("ArrowDown");
  await keys.choose("[name=flow]", "minimal");
  await keys.to("[name=mode]");
  await page.keyboard.press("ArrowUp");
  // Enter in an input does not save.
  await keys.step("[name=title]");
  await expect(operator.heading).toHaveText("New rule");
  await keys.step('[name=_action][value="check"]');
  await keys.press('[name=_action][value="save"]');
  await expect(operator.main.getByRole("status")).toHaveText("The rule was saved.");
  await expect(operator.heading).toHaveText("Large payments to new people");
  await expect(sentence).toContainText(`If the type is ${type}, the amount is at least 1,000.00 BRL, and the sum of the customer's transactions in the last 24 hours is at most 5,000.00 BRL`);

  const customer = randomUUID();
  expect((await pay(server, type, 100_000, customer)).status).toBe("AWAITING_USER");
  expect((await pay(server, type, 99_999, customer)).status).toBe("APPROVED");
  operator.expectQuiet();
});

test("what is wrong is said beside each input, and the links of the summary lead there", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  await operator.open("/rules/new");
  await operator.button("Add").click();
  await operator.button("Save").click();
  const summary = operator.page.getByRole("alert");
  await expect(summary).toBeFocused();
  await summary.getByRole("link", { name: "Condition 1, Currency: Enter a value" }).click();
  await expect(operator.page.locator("#w-0-currency")).toBeFocused();
  await expect(operator.page.locator("#w-0-currency")).toHaveAccessibleDescription(/Enter a value/);
  // Going back undoes a step.
  await operator.page.goBack();
  await operator.page.goBack();
  await expect(operator.page.locator("#w-0-currency")).toBeVisible();
  await expect(operator.page.getByRole("alert")).toHaveCount(0);
  operator.expectQuiet(refused);
});

test("a rule that somebody changed meanwhile is refused, with what they changed", async ({ browser, server, javaScriptEnabled }) => {
  const name = newName();
  const [one, other] = [await Operator.admin(browser, server, javaScriptEnabled), await Operator.admin(browser, server, javaScriptEnabled)];
  await one.open("/rules/new");
  await one.field("Name").fill(name);
  await one.field("New condition").selectOption("type");
  await one.button("Add").click();
  await one.field("Value").fill("PIX");
  await one.button("Save").click();
  await expect(one.main.getByRole("status")).toHaveText("The rule was saved.");
  for (const operator of [one, other]) await operator.open(`/rules/by-name/${name}/edit`);
  await other.field("Value").fill("TED");
  await other.button("Save").click();
  await expect(other.main.getByRole("status")).toHaveText("The rule was saved.");
  await one.field("Value").fill("BOLETO");
  await one.button("Save").click();
  await expect(one.page.getByRole("alert")).toBeFocused();
  await expect(one.page.getByRole("alert")).toContainText("Changed: the type is PIX → the type is TED");
  await expect(one.page.getByRole("alert")).toContainText(other.email);
  await expect(one.field("Value")).toHaveValue("BOLETO");
  await one.button("Save").click();
  await expect(one.page.locator(".sentence")).toContainText("If the type is BOLETO");

  await one.confirm("Make active", one.card("Settings"), "From now on the rule decides on transactions.");
  await expect(one.main.getByRole("status")).toHaveText("The mode was changed.");
  await one.confirm("Disable", one.card("Settings"), "From now on the rule decides on nothing.");
  await one.card("Versions").getByRole("link", { name: "What changed of version 3" }).click();
  await expect(one.page.locator("#difference")).toContainText("Changed: the type is TED → the type is BOLETO");
  one.expectQuiet(refused);
  other.expectQuiet();
});

test("a preset is filled in, goes on in the editor, and is saved as a test rule", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const sentence = page.locator(".sentence");
  await operator.open("/rules");
  await operator.main.getByText("Begin with a preset").click();
  await operator.main.getByRole("link", { name: "A large sum in a short time" }).click();
  await expect(operator.heading).toHaveText("Preset: A large sum in a short time");
  await expect(operator.field("From this amount")).toHaveValue("20,000.00");
  await operator.field("From this amount").fill("7,500");
  await operator.field("Currency").fill("JPY");
  await operator.field("Within").fill("soon");
  if (javaScriptEnabled) await expect(sentence).toContainText("7,500 JPY");
  await operator.field("Flow of the session").selectOption("minimal");
  await operator.button("Save as a test rule").click();
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await summary.getByRole("link", { name: "Use a number and s, m, h or d, from 1m to 90d" }).click();
  await expect(operator.field("Within")).toBeFocused();
  await expect(operator.field("From this amount")).toHaveValue("7,500");
  await operator.field("Within").fill("12h");
  const name = newName();
  await operator.field("Name").fill(name);
  // Enter in an input only checks.
  await operator.field("Name").press("Enter");
  await expect(summary).toHaveCount(0);
  await expect(sentence).toContainText("in the last 12 hours is at least 7,500 JPY");
  await operator.button("Open in the editor").click();
  await expect(operator.heading).toHaveText("New rule");
  await expect(operator.field("Name")).toHaveValue(name);
  await page.goBack();
  await expect(operator.field("Within")).toHaveValue("12h");
  await operator.button("Save as a test rule").click();
  await expect(operator.main.getByRole("status")).toHaveText("The rule was saved.");
  await expect(operator.main.locator(".tools")).toContainText("Test");
  await expect(sentence).toContainText("7,500 JPY");
  operator.expectQuiet(refused);
  await page.context().close();
});

/** Everything that a page of rules can show. */
async function visit(operator: Operator, server: Server, look: (where: string) => Promise<void>) {
  const name = newName();
  const rule = {
    name, title: "Night PIX above the usual", mode: "TEST", priority: 20, weight: 40,
    when: { all: [
      { field: "amount", atLeast: 100000, currency: "BRL" },
      { sum: "amount", currency: "BRL", where: { direction: "OUT", "counterparty.id": "same" }, within: "24h", atLeast: 500000 },
      { any: [{ field: "weekday", in: [6, 7] }, { not: { session: "decision", is: "APPROVED" } }] },
      { field: "metadata.segment", isNot: "gold" },
    ] },
    then: { action: "STEP_UP", flow: "minimal", ttl: "24h", grace: "30d" },
  };
  await operator.open("/rules");
  await look("rules");
  await operator.open("/rules/presets/structuring");
  await operator.field("Near the limit from").fill("a lot");
  await operator.field("Within").fill("");
  await operator.button("Save as a test rule").click();
  await expect(operator.page.getByRole("alert")).toBeVisible();
  await look("rule-preset");
  await operator.open("/rules/new");
  await look("rule-new");
  await operator.main.locator("summary", { hasText: "As JSON" }).click();
  await operator.field("As JSON").fill(JSON.stringify(rule));
  await operator.button("Read into the form").click();
  await expect(operator.field("Name")).toHaveValue(name);
  await look("rule-editor");
  await operator.button("Save").click();
  await expect(operator.heading).toHaveText(rule.title);
  await operator.field("Or a transaction as JSON").fill(JSON.stringify({ transactionId: "t-1", customerId: "c-1", amount: 250000, currency: "BRL", direction: "OUT", type: "PIX" }));
  await operator.button("Try").click();
  await expect(operator.page.locator("#trial-result")).toBeVisible();
  await look("rule-tried");
  await operator.open(`/rules/by-name/${name}/edit`);
  await operator.page.locator('[name="w.0.value"]').fill("a lot");
  await operator.page.locator('[name="w.1.currency"]').fill("");
  await operator.button("Check").click();
  await expect(operator.page.getByRole("alert")).toBeVisible();
  await look("rule-faults");
  await operator.page.locator('[name="w.0.value"]').fill("2,000.00");
  await operator.page.locator('[name="w.1.currency"]').fill("BRL");
  await operator.main.getByRole("button", { name: /^Remove ?: Condition 3\.1$/ }).click();
  await operator.button("Save").click();
  await operator.open(`/rules/by-name/${name}?from=1&to=2`);
  await expect(operator.page.locator("#difference")).toBeVisible();
  await look("rule-difference");
  await operator.open("/rules");
  await look("rules-list");
}

test("axe finds no violation on rules, and every page fits", { tag: "@script-on" }, async ({ browser, server }) => {
  test.slow();
  const operator = await Operator.admin(browser, server, true);
  const { page } = operator;
  await visit(operator, server, async (where) => {
    await page.locator("details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = true)));
    await expectNoViolations(page, where);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${where} at 320 px`).toBeLessThanOrEqual(320);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator("details").evaluateAll((all: HTMLDetailsElement[]) => all.forEach((details) => (details.open = false)));
  });
  operator.expectQuiet(refused);
});

for (const [width, height] of [[390, 844], [1280, 900]]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`pictures of rules at ${width} px, ${colorScheme}`, { tag: "@script-on" }, async ({ browser, server }) => {
      test.skip(!folder, "SCREENSHOTS names no folder");
      const operator = await Operator.admin(browser, server, true, { viewport: { width, height }, colorScheme });
      await visit(operator, server, async (where) => {
        await operator.page.screenshot({ path: join(folder!, `${where}-${width}-${colorScheme}.png`), fullPage: true });
      });
    });
  }
}
