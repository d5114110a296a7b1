// The loop that holds a payment: a rule holds it, the customer gives evidence on a phone, and the end of the session releases or blocks it.
// Operators see why, and decide where a person must.
import { Company, complete, openTransaction } from "./company";
import { Customer, invalidCpf, validIdentity } from "./customer";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

const stepUp = (flow: string, more: object = {}) => ({ action: "STEP_UP", flow, ...more });

test("a held payment is released by the customer's session, and rejected by another", async ({ browser, page, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  for (const [flow, cpf, status, decided] of [
    ["step-up", validIdentity.cpf, "Approved", "transaction.released APPROVED session.approved"],
    ["step-up-reject", invalidCpf, "Blocked", "transaction.blocked BLOCKED session.rejected"],
  ]) {
    const type = await company.rule(stepUp(flow));
    const held = await company.pay(type);
    expect(held.status).toBe("AWAITING_USER");
    await openTransaction(operator, held.transactionId);
    await expect(operator.main.locator(".head")).toContainText("Waiting for customer");
    await expect(operator.card("Why")).toContainText("amount 1,250.00 BRL ≥ 1,000.00 BRL");
    await expect(operator.card("Why")).toContainText("Decided");
    await expect(operator.card("Session")).toContainText("If the session expires, the transaction is blocked.");
    // With script the page follows the session.
    if (javaScriptEnabled) await expect(operator.page.locator("body")).toHaveAttribute("data-hydrated", "");
    const customer = new Customer(page, held.session!, javaScriptEnabled);
    await complete(customer, cpf);
    expect(await company.events(held.transactionId, 2)).toEqual(["transaction.held AWAITING_USER rule", decided]);
    if (javaScriptEnabled) await operator.waitForText(status, operator.main.locator(".head .pill"));
    else await operator.page.reload();
    await expect(operator.main.locator(".head")).toContainText(status);
    await expect(operator.card("Deliveries")).toContainText(decided.split(" ")[0]);
    customer.expectQuiet();
  }
  operator.expectQuiet();
  await operator.page.context().close();
});

test("two payments wait for one session, and a later decision on the session changes neither", async ({ browser, page, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const type = await company.rule(stepUp("step-up"));
  const customerId = `c-${type}`;
  const [first, second] = [await company.pay(type, customerId), await company.pay(type, customerId)];
  expect(second.session!.sessionId).toBe(first.session!.sessionId);
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  await openTransaction(operator, first.transactionId);
  await operator.card("Session").getByRole("link", { name: second.transactionId }).click();
  await expect(operator.heading).toHaveText(second.transactionId);
  const session = operator.card("Session").locator('a[href^="/dashboard/sessions/"]');
  await session.click();
  await expect(operator.card("Transactions held for this session").getByRole("row")).toHaveCount(3);
  await operator.card("Facts").getByRole("link", { name: customerId }).click();
  await expect(operator.card("Waiting transactions").getByRole("row")).toHaveCount(3);
  await complete(new Customer(page, first.session!, javaScriptEnabled), validIdentity.cpf);
  for (const { transactionId } of [first, second]) expect((await company.events(transactionId, 2))[1]).toBe("transaction.released APPROVED session.approved");

  const { ref } = await server.shown(first.session!.sessionId);
  await operator.open(`/sessions/${ref}`);
  const decision = operator.card("Decision");
  await decision.getByLabel("Reject", { exact: true }).check();
  await decision.getByLabel("Reason").fill("a doctored photo");
  await decision.getByRole("button", { name: "Decide" }).click();
  await openTransaction(operator, first.transactionId);
  await expect(operator.main).toContainText("The session's decision is now: Rejected. The transaction keeps its status: Approved.");
  operator.expectQuiet();
  await operator.page.context().close();
});

test("a payment whose session expires becomes what its rule says", async ({ browser, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const cases = [
    ["BLOCK", "Blocked", "transaction.blocked BLOCKED session.expired"],
    ["RELEASE", "Approved", "transaction.released APPROVED session.expired"],
    ["REVIEW", "Needs review", "transaction.held REVIEW session.expired"],
  ];
  const held = await Promise.all(cases.map(async ([onExpired]) => company.pay(await company.rule(stepUp("step-up", { ttl: "1s", onExpired })))));
  for (const [at, [, status, event]] of cases.entries()) {
    expect((await company.events(held[at].transactionId, 2))[1]).toBe(event);
    await openTransaction(operator, held[at].transactionId);
    await expect(operator.main.locator(".head")).toContainText(status);
    await expect(operator.card("Timeline")).toContainText("The session expired");
  }
  operator.expectQuiet();
  await operator.page.context().close();
});

test("a person decides on what waits for one, one after the other", async ({ browser, page, server, backend, javaScriptEnabled }) => {
  const company = await Company.of(server, backend);
  const type = await company.rule({ action: "REVIEW" });
  // One waits because its session does.
  const stopped = await company.pay(await company.rule(stepUp("step-up-review")));
  await complete(new Customer(page, stopped.session!, javaScriptEnabled), invalidCpf);
  expect((await company.events(stopped.transactionId, 2))[1]).toBe("transaction.held REVIEW session.review");
  const [first, second] = [await company.pay(type), await company.pay(type)];
  const reviewer = await Operator.invited("REVIEWER", browser, server, javaScriptEnabled);
  await expect(reviewer.mainLink("Review queue").locator(".count")).not.toHaveText("0");
  await reviewer.mainLink("Review queue").click();
  await expect(reviewer.heading).toHaveText("Review queue");
  const row = (id: string) => reviewer.main.getByRole("row").filter({ hasText: id });
  for (const { transactionId } of [stopped, first, second]) await expect(row(transactionId)).toBeVisible();
  await row(stopped.transactionId).getByRole("link", { name: stopped.transactionId }).click();
  await expect(reviewer.card("Decision")).toContainText("A decision on the session settles every transaction that waits for it.");
  await reviewer.page.goBack();

  await row(first.transactionId).getByRole("link", { name: first.transactionId }).click();
  const sealed = reviewer.card("Personal details");
  await expect(sealed).not.toContainText("acct-quixotry");
  const decision = reviewer.card("Decision");
  await decision.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(reviewer.page.getByRole("alert")).toBeVisible();
  await decision.getByLabel("Block", { exact: true }).check();
  await decision.getByLabel("Reason").fill("not theirs </textarea><b>");
  await reviewer.button("Reveal").click();
  await expect(sealed).toContainText("acct-quixotry");
  await expect(decision.getByLabel("Reason")).toHaveValue("not theirs </textarea><b>");
  await decision.getByRole("button", { name: "Decide and open the next" }).click();
  await expect(reviewer.main.getByRole("status")).toHaveText("The decision was saved.");
  await expect(reviewer.heading).toHaveText(second.transactionId);
  await decision.getByLabel("Approve", { exact: true }).check();
  await decision.getByLabel("Reason").fill("known to us");
  await decision.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(reviewer.main.locator(".head")).toContainText("Approved");
  await expect(decision).toContainText("known to us");
  expect((await company.events(first.transactionId, 2))[1]).toBe("transaction.blocked BLOCKED operator");
  expect((await company.events(second.transactionId, 2))[1]).toBe("transaction.released APPROVED operator");
  await openTransaction(reviewer, first.transactionId);
  await expect(decision).toContainText("not theirs </textarea><b>");
  reviewer.expectQuiet(refused);
  await reviewer.page.context().close();
});
