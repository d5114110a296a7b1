// Back, as a reviewer uses it: from what a refused form answered, from a photo, and from the question before a new dossier.
import { type Page } from "@playwright/test";
import { Operator, refused } from "./operator";
import { expect, photo, test } from "./support";

/** Where the page is, without tokens. */
const place = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).hash;

test("after a refused form, Back never meets a page that cannot be shown again", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const alert = operator.main.getByRole("alert");
  const forms = [
    { at: "/links", field: "Timeout", typed: "soonish", button: "Create link" },
    { at: "/webhooks", field: "URL", typed: "ftp://receiver.example", button: "Add endpoint" },
    { at: "/api-keys", field: "Name", typed: "the CRM", button: "Create key" },
    { at: "/operators", field: "E-mail", typed: "nobody", button: "Invite" },
  ];
  for (const { at, field, typed, button } of forms) {
    await operator.open(at);
    await operator.field(field).fill(typed);
    await operator.button(button).click();
    await expect(alert).toBeFocused();
    await operator.mainLink("Sessions").click();
    await expect(operator.heading).toHaveText("Sessions");
    await page.goBack();
    await expect(alert).toBeVisible();
    await expect(operator.field(field)).toHaveValue(typed);
    await page.reload();
    await expect(operator.field(field)).toHaveValue(typed);
  }
  await operator.open("/sessions");
  await operator.main.getByRole("searchbox").fill("crm-nowhere");
  await operator.button("Search").click();
  await expect(operator.main.getByRole("status")).toContainText("crm-nowhere");
  await operator.mainLink("Links").click();
  await page.goBack();
  await expect(operator.main.getByRole("status")).toContainText("crm-nowhere");
  await operator.signOut();
  await operator.signIn("nobody@acme.example", "a guess of mine");
  await expect(alert).toBeVisible();
  await page.getByRole("button", { name: "Español" }).click();
  await expect(operator.heading).toHaveText("Entrar");
  await page.goBack();
  await expect(alert).toBeVisible();
  operator.expectQuiet(refused);
  await page.context().close();
});

test("a form that ends with an error leads back to its page", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const url = `http://127.0.0.1:9/${crypto.randomUUID()}`;
  await server.command("webhook", "add", url);
  const other = new Operator(await page.context().newPage(), server, javaScriptEnabled);
  for (const tab of [operator, other]) await tab.open("/webhooks");
  const disable = (tab: Operator) => tab.confirm("Disable", tab.main.locator("section", { hasText: url }));
  await disable(other);
  await expect(other.main.getByRole("status")).toHaveText("Disabled.");
  await disable(operator);
  const alert = operator.main.getByRole("alert");
  await expect(alert).toBeFocused();
  await expect(alert).toContainText("this was already done");
  await page.reload();
  await expect(alert).toBeVisible();
  await operator.mainLink("Sessions").click();
  await expect(operator.heading).toHaveText("Sessions");
  await page.goBack();
  await expect(alert).toBeVisible();
  for (const tab of [operator, other]) tab.expectQuiet();
  await page.context().close();
});

test("Back, Escape and Close close a photo and leave the page as it was", async ({ browser, customer, link, server, javaScriptEnabled }) => {
  await customer.completeSteps();
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const { ref } = await server.shown(link.sessionId);
  await operator.open("/sessions");
  await operator.open(`/sessions/${ref}`);
  await operator.button("Reveal").click();
  const revealed = page.url();
  const reason = operator.card("Decision").getByLabel("Reason");
  await reason.fill("half written");
  const thumb = operator.card("Evidence").getByRole("link", { name: "Enlarge: Selfie" });
  const large = page.getByRole("dialog", { name: "Selfie" });
  const opened = async () => {
    await thumb.click();
    await expect(large.getByRole("img")).toBeVisible();
    await expect(large.getByRole("img")).toBeInViewport({ ratio: 1 });
  };
  const closed = async () => {
    await expect(large).toBeHidden();
    await expect(reason).toHaveValue("half written");
    await expect(operator.main.locator(".revealed")).toBeVisible();
  };
  await opened();
  await page.goBack();
  await closed();
  expect(page.url()).toBe(revealed);
  await page.goForward();
  await expect(large).toBeVisible();
  if (javaScriptEnabled) {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await closed();
    expect(page.url()).toBe(revealed);
    await expect(thumb).toBeFocused();
    await opened();
    await large.getByRole("link", { name: "Close" }).click();
    await closed();
    expect(page.url()).toBe(revealed);
    // Opened by its address, there is no page before to go back to.
    const other = await page.context().newPage();
    await other.goto(`${revealed}#${await page.locator(".large").getAttribute("id")}`);
    await other.keyboard.press("Escape");
    await expect(other.getByRole("dialog", { name: "Selfie" })).toBeHidden();
    await other.close();
  } else {
    await large.getByRole("link", { name: "Close" }).click();
    await closed();
    await page.goBack();
    await page.goBack();
    await closed();
  }
  // No entry was left behind: one step back is the page before the form.
  await page.goBack();
  expect(place(page)).toBe(`/dashboard/sessions/${ref}`);
  await expect(operator.main.locator(".revealed")).toHaveCount(0);
  operator.expectQuiet();
  await page.context().close();
});

test("the question before a new dossier keeps what is revealed and what is typed", async ({ browser, customer, link, server, javaScriptEnabled }) => {
  await customer.completeSteps();
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const { ref } = await server.shown(link.sessionId);
  await operator.open(`/sessions/${ref}`);
  const decision = operator.card("Decision");
  await decision.getByLabel("Reason").fill("typed before");
  await decision.getByLabel("Reject").check();
  await operator.button("Reveal").click();
  // Without script, what is typed after the page was loaded is not sent with another form.
  const typed = javaScriptEnabled ? "typed before, and after" : "typed before";
  if (javaScriptEnabled) await decision.getByLabel("Reason").fill(typed);
  const kept = async () => {
    await expect(operator.main.locator(".revealed")).toBeVisible();
    await expect(decision.getByLabel("Reason")).toHaveValue(typed);
    await expect(decision.getByLabel("Reject")).toBeChecked();
  };
  const facts = operator.card("Facts");
  const reference = `crm-${crypto.randomUUID()}`;
  await facts.getByLabel("Customer reference").fill(reference);
  await facts.getByRole("button", { name: "Link to dossier" }).click();
  await expect(operator.main.getByRole("alert")).toContainText("No dossier has this reference.");
  await kept();
  await facts.getByRole("button", { name: "Create a new dossier" }).click();
  await expect(operator.main.getByRole("status").first()).toHaveText("Linked to the dossier.");
  await kept();
  await facts.getByRole("button", { name: "Unlink" }).click();
  await kept();
  const evidence = operator.card("Evidence");
  await evidence.locator("summary").click();
  await evidence.getByLabel("Customer reference").fill("a b");
  await evidence.getByRole("button", { name: "Link to dossier" }).click();
  await expect(operator.main.getByRole("alert")).toBeVisible();
  await kept();
  operator.expectQuiet();
  await page.context().close();
});
