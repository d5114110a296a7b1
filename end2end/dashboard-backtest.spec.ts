// A backtest in the dashboard: started from pasted JSON, with faults beside it where there are any, and read with script and without. axe finds
// nothing, and the page fits the narrowest screen.
import { expectNoViolations } from "./axe";
import { Operator } from "./operator";
import { expect, test } from "./support";

const draft = JSON.stringify({
  name: "large",
  when: { field: "amount", atLeast: 100000, currency: "BRL" },
  then: { action: "BLOCK" },
});

test("a draft is corrected, judged and read", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  await operator.open("/rules/backtests");
  await operator.field("Rule as JSON").fill('{ "name": "large" }');
  await operator.button("Start backtest").click();
  const summary = page.getByRole("alert");
  await expect(summary).toContainText("This rule can't be used");
  await expect(summary).toContainText("when");
  await expect(operator.field("Rule as JSON")).toHaveValue('{ "name": "large" }');
  if (javaScriptEnabled) await expectNoViolations(page, "a draft that is refused");
  await operator.field("Rule as JSON").fill(draft);
  await operator.button("Start backtest").click();
  await expect(operator.heading).toContainText("large");
  // It ends soon; the page loads itself again.
  await expect(operator.main).toContainText("agree on every transaction");
  await expect(operator.main).toContainText("No version was ever active");
  if (javaScriptEnabled) {
    await expectNoViolations(page, "a result");
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  }
  await operator.open("/rules/backtests");
  await expect(operator.main.getByRole("row", { name: /large/ }).first()).toContainText("Done");
});
