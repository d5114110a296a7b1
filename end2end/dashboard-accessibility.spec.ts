// Every page of the dashboard is accessible: axe finds no violation in either theme, and every page fits the narrowest
// screen. Forms are checked after they are refused, because that page shows everything that the others show.
import type { Locator } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { checkPage } from "./axe";
import { Operator } from "./operator";
import { expect, test } from "./support";

test.describe("axe finds no violation", { tag: "@script-on" }, () => {
  test.slow();
  test.describe.configure({ mode: "parallel" });

  test("on sessions, links and dossiers, and every page fits", async ({ browser, customer, link, server, backend }) => {
    await customer.completeSteps();
    await backend.event(link.sessionId, "session.completed");
    const { ref } = await server.shown(link.sessionId);
    const operator = await Operator.admin(browser, server, true);
    const { page } = operator;
    const pending = await operator.createLink("crm-10482");
    for (const path of [`/links/${pending.ref}`, "/sessions", `/sessions/${pending.ref}`, "/unresolved", "/nothing"]) {
      await operator.open(path);
      await checkPage(page, path);
    }
    for (const path of ["/sessions", "/customers"]) {
      await operator.open(path);
      await operator.main.getByRole("searchbox").fill("nobody");
      await operator.button("Search").click();
      await expect(operator.main.getByRole("status")).toBeVisible();
      await checkPage(page, `${path}, nothing found`);
    }
    await operator.open("/links");
    await operator.field("Timeout").fill("soon");
    await operator.button("Create link").click();
    await expect(page.getByRole("alert")).toBeVisible();
    await checkPage(page, "a link that is refused");
    await operator.open(`/sessions/${ref}`);
    await operator.button("Reveal").click();
    await expect(operator.main.getByRole("status")).toBeVisible();
    await checkPage(page, "revealed");
    await operator.button("Decide").click();
    await expect(page.getByRole("alert")).toBeVisible();
    await checkPage(page, "a decision that is refused");
    await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
    await operator.card("Facts").getByRole("button", { name: "Create a new dossier" }).click();
    await page.locator('main a[href^="/dashboard/customers/"]').first().click();
    await expect(operator.heading).toHaveText("Dossier");
    await checkPage(page, "a dossier");
    await operator.open("/webhooks");
    await page.locator("main section", { hasText: "session.completed" }).first().locator("h2 a").click();
    await expect(operator.heading).toHaveText("Endpoint");
    await checkPage(page, "an endpoint");
  });

  test("on settings, sign-in and invitations, and every page fits", async ({ browser, server }) => {
    const operator = await Operator.admin(browser, server, true);
    const { page } = operator;
    const refused = async (where: string, button: string) => {
      await operator.button(button).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await checkPage(page, `${where}, refused`);
    };
    await operator.open("/webhooks");
    await operator.field("URL").fill("nowhere");
    await refused("/webhooks", "Add endpoint");
    await operator.open("/api-keys");
    await refused("/api-keys", "Create key");
    await operator.open("/lists");
    await refused("/lists", "Create list");
    await operator.field("Name").fill(`list-${randomUUID().slice(0, 8)}`);
    await operator.field("Kind of values").selectOption("Account");
    await operator.button("Create list").click();
    await operator.field("Value").fill("an-account-with-a-rather-long-number-0123456789");
    await operator.field("Note").fill("a note");
    await operator.button("Add").click();
    await checkPage(page, "a list");
    await refused("a list", "Import");
    await operator.open("/operators");
    await operator.field("E-mail").fill("nobody");
    await refused("/operators", "Invite");
    await operator.field("E-mail").fill(`${randomUUID()}@acme.example`);
    await operator.field("Role").selectOption("AGENT");
    await operator.button("Invite").click();
    const invitation = await operator.field("Invitation link").inputValue();
    await checkPage(page, "an invitation");
    await operator.main.getByRole("link", { name: operator.email }).click();
    await expect(operator.main.getByRole("heading", { name: "What happened" })).toBeVisible();
    await checkPage(page, "an operator");
    await operator.button("Make a link for a new password").click();
    const reset = await operator.field("Link for a new password").inputValue();
    await checkPage(page, "a link for a new password");
    await page.getByRole("link", { name: "Your account" }).click();
    await operator.field("Current password").fill("wrong");
    await refused("/account", "Change");
    const auditor = await Operator.invited("AUDITOR", browser, server, true);
    for (const path of ["/sessions", "/customers"]) {
      await auditor.open(path);
      await auditor.main.getByRole("searchbox").fill("529.982.247-25");
      await auditor.button("Search").click();
      await expect(auditor.page.getByRole("alert")).toContainText("Your role can't search for customers by a number");
      await checkPage(auditor.page, `${path}, a number that is refused`);
    }

    await operator.signOut();
    await expect(operator.heading).toHaveText("Sign in");
    await operator.field("E-mail").fill("nobody@acme.example");
    await refused("/sign-in", "Sign in");
    await page.goto(reset);
    await operator.field("Password").fill("password1234");
    await operator.field("Password again").fill("password1234");
    await refused("/reset", "Set password");
    await page.goto(invitation);
    await operator.field("Password").fill("too short");
    await refused("/invitation", "Set password");
    await operator.choosePassword("Set password");
    await expect(operator.heading).toHaveText("Links");
    await operator.open("/sessions");
    await checkPage(page, "a page that the role can't open");
    await operator.signOut();
    await expect(operator.heading).toHaveText("Sign in");
    await operator.open("/set-up/none");
    await checkPage(page, "a link that was already used");
  });
});

test("an action that cannot be undone takes one line while closed and stays within the page when opened", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { key } = await server.command("api-key", "create", "--scope", "sessions:create", "--scope", "sessions:read");
  await fetch(`${server.origin}/kyc-sessions/none`, { headers: { authorization: `Bearer ${key}` } });
  await server.command("operator", "add", `${randomUUID()}@acme.example`, "--role", "AGENT");
  const expectWithin = async (button: Locator, where: string) => {
    const [{ x, width, height }, page] = [(await button.boundingBox())!, (await operator.heading.boundingBox())!];
    expect(height, where).toBeLessThan(40);
    expect(x, where).toBeGreaterThan(page.x);
    expect(x + width, where).toBeLessThan(page.x + page.width);
  };
  for (const width of [1280, 1024]) {
    await operator.page.setViewportSize({ width, height: 800 });
    for (const path of ["/api-keys", "/operators"]) {
      await operator.open(path);
      const final = operator.main.locator("details.final").first();
      await expectWithin(final.locator("summary"), `${path} at ${width} px`);
      await final.locator("summary").click();
      await expectWithin(final.getByRole("button"), `${path} at ${width} px, opened`);
    }
  }
  operator.expectQuiet();
});

test("a URL of 2,000 characters takes one line, and the endpoint's page shows it whole", async ({ browser, server, javaScriptEnabled }) => {
  const url = `http://127.0.0.1:9/${randomUUID()}/${"segment/".repeat(240)}`;
  await server.command("webhook", "add", url);
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { ref } = await operator.createLink();
  await operator.open(`/sessions/${ref}`);
  await operator.confirm("Expire now");
  const expectOneLine = async (address: Locator) => {
    await expect(address).toHaveAttribute("title", url);
    expect((await address.boundingBox())!.height).toBeLessThan(40);
  };
  await expectOneLine(operator.card("Deliveries").getByText(url));
  await operator.open("/webhooks");
  const endpoint = operator.main.locator("section", { hasText: url });
  await expectOneLine(endpoint.getByRole("link", { name: url }));
  await endpoint.getByRole("link", { name: url }).click();
  await expect(operator.main.getByRole("heading", { level: 2, name: url })).toBeVisible();
  await operator.confirm("Disable");
  operator.expectQuiet();
});
