// What is recorded: an endpoint that fails says so, keys have names, and the timeline folds what is routine.
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expectNoViolations } from "./axe";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

/** Axe runs by script. */
const check = (page: Page, where: string, hasScript: boolean) => (hasScript ? expectNoViolations(page, where) : Promise.resolve());

test("an endpoint that fails says since when and why, and a key is recognised by its name", async ({ browser, customer, link, server, backend, javaScriptEnabled }) => {
  const url = `http://127.0.0.1:9/${randomUUID()}`;
  await server.command("webhook", "add", url);
  await customer.completeSteps();
  await backend.event(link.sessionId, "session.completed");
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const endpoint = operator.main.locator("section", { hasText: url });
  await expect(async () => {
    await operator.open("/webhooks");
    await expect(endpoint).toContainText("Failing since");
  }).toPass();
  await expect(endpoint).toContainText("It accepted no connection");
  await check(page, "a failing endpoint", javaScriptEnabled);
  await operator.confirm("Disable", endpoint);

  const name = `Billing ${randomUUID()}`;
  await operator.open("/api-keys");
  await operator.field("Name").fill("x".repeat(61));
  await operator.button("Create key").click();
  await expect(page.getByRole("alert").getByRole("link")).toHaveCount(2);
  await check(page, "a key with two faults", javaScriptEnabled);
  await operator.field("Name").fill(name);
  await operator.main.getByLabel("sessions:read").check();
  await operator.button("Create key").click();
  await operator.takeSecretShownOnce("Key");
  await expect(operator.main.getByRole("row", { name })).toContainText("Never");
  await check(page, "keys with names", javaScriptEnabled);
  operator.expectQuiet(refused);
});

test("the timeline folds routine entries, which open by the keyboard", async ({ browser, customer, link, server, javaScriptEnabled }) => {
  await customer.completeSteps();
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { ref } = await server.shown(link.sessionId);
  await operator.open(`/sessions/${ref}`);
  const timeline = operator.card("Timeline");
  const fold = timeline.locator("details").first();
  await expect(timeline).toContainText("Submitted");
  await expect(fold.getByText("Step saved").first()).toBeHidden();
  await fold.locator("summary").focus();
  await operator.page.keyboard.press("Enter");
  await expect(fold.getByText("Step saved").first()).toBeVisible();
  await expect(fold.getByText("Who you are")).toBeVisible();
  await check(operator.page, "an unfolded timeline", javaScriptEnabled);
  operator.expectQuiet();
});
