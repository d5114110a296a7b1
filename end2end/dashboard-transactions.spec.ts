// The pages of transactions are accessible and fit the narrowest screen, work with the keyboard, and show each role what it may see.
import { checkPage } from "./axe";
import { Company, complete, openTransaction } from "./company";
import { Customer, validIdentity } from "./customer";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

test("axe finds no violation on transactions, and every page fits", { tag: "@script-on" }, async ({ browser, page, server, backend }) => {
  test.slow();
  const company = await Company.of(server, backend);
  const type = await company.rule({ action: "REVIEW" });
  await company.tried("tried", type);
  const waiting = await company.pay(await company.rule({ action: "STEP_UP", flow: "step-up" }));
  const queued = await company.pay(type);
  const operator = await Operator.admin(browser, server, true);
  for (const path of ["/transactions", "/transactions/queue", "/transactions?currency=BRL&least=x&since=soon"]) {
    await operator.open(path);
    await checkPage(operator.page, path);
  }
  await operator.main.getByRole("searchbox").fill("pix-nowhere");
  await operator.button("Search").click();
  await expect(operator.main.getByRole("status")).toBeVisible();
  await checkPage(operator.page, "nothing found");
  await openTransaction(operator, queued.transactionId);
  await operator.button("Decide").click();
  await expect(operator.page.getByRole("alert")).toBeVisible();
  await checkPage(operator.page, "a decision that is refused");
  await operator.button("Reveal").click();
  await expect(operator.card("Personal details").getByRole("status")).toBeVisible();
  await checkPage(operator.page, "revealed");
  await openTransaction(operator, waiting.transactionId);
  await checkPage(operator.page, "one that waits for its customer");
  await operator.card("Session").locator('a[href^="/dashboard/sessions/"]').click();
  await expect(operator.card("Transactions held for this session")).toBeVisible();
  await checkPage(operator.page, "its session");
  await complete(new Customer(page, waiting.session!, true), validIdentity.cpf);
  await company.events(waiting.transactionId, 2);
  await openTransaction(operator, waiting.transactionId);
  await checkPage(operator.page, "one that was released");
  await operator.page.context().close();
});

test("the keyboard alone decides on a transaction", async ({ browser, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const { transactionId } = await company.pay(await company.rule({ action: "REVIEW" }));
  const reviewer = await Operator.invited("REVIEWER", browser, server, javaScriptEnabled);
  await openTransaction(reviewer, transactionId);
  const { keyboard } = reviewer.page;
  const focused = (text: string) => reviewer.page.evaluate((text) => {
    const element = document.activeElement as HTMLElement | null;
    const label = element?.id ? document.querySelector(`label[for="${element.id}"]`)?.textContent : "";
    return `${element?.textContent ?? ""}${label}`.includes(text);
  }, text);
  const tabTo = async (text: string) => {
    for (let presses = 0; presses < 60; presses++) {
      await keyboard.press("Tab");
      if (await focused(text)) return;
    }
    throw new Error(`the keyboard does not reach ${text}`);
  };
  await tabTo("Approve");
  await keyboard.press("Space");
  await tabTo("Reason");
  await keyboard.type("known to us");
  await tabTo("Decide");
  await keyboard.press("Enter");
  await expect(reviewer.main.locator(".head")).toContainText("Approved");
  await expect(reviewer.card("Decision")).toContainText("known to us");
  reviewer.expectQuiet(refused);
  await reviewer.page.context().close();
});

test("an auditor sees and decides nothing, and an agent sees none", async ({ browser, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const { transactionId } = await company.pay(await company.rule({ action: "REVIEW" }));
  const auditor = await Operator.invited("AUDITOR", browser, server, javaScriptEnabled);
  await openTransaction(auditor, transactionId);
  await expect(auditor.card("Decision")).toContainText("Your role can see this transaction, but not decide on it.");
  await expect(auditor.button("Reveal")).toHaveCount(0);
  const path = new URL(auditor.page.url()).pathname.replace("/dashboard", "");
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  await expect(agent.mainLink("Transactions")).toHaveCount(0);
  await expect(agent.mainLink("Review queue")).toHaveCount(0);
  expect((await agent.open(path))!.status()).toBe(403);
  auditor.expectQuiet();
  agent.expectQuiet(refused);
  await auditor.page.context().close();
  await agent.page.context().close();
});

test("filters narrow the list and stay in its address", async ({ browser, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const [one, other] = [await company.rule({ action: "BLOCK" }), await company.rule({ action: "BLOCK" })];
  const [found, left] = [await company.pay(one), await company.pay(other)];
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  await operator.mainLink("Transactions").click();
  await operator.main.getByText("More filters").click();
  await operator.field("Matched rule").selectOption(`held-${one.toLowerCase()}`);
  await operator.field("Currency").selectOption("BRL");
  await operator.field("Lowest amount").fill("1,250.00");
  await operator.button("Apply filters").click();
  const rows = operator.main.getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText(found.transactionId);
  await operator.main.getByRole("link", { name: "Blocked", exact: true }).click();
  await expect(rows).toHaveCount(2);
  await expect(operator.field("Lowest amount")).toHaveValue("1,250.00");
  await operator.main.getByRole("link", { name: "Approved", exact: true }).click();
  await expect(operator.main).toContainText("No transactions found.");
  await operator.main.getByRole("link", { name: "Clear filters" }).click();
  await operator.main.getByRole("link", { name: "Blocked", exact: true }).click();
  await expect(operator.main).toContainText(left.transactionId);
  operator.expectQuiet();
  await operator.page.context().close();
});
