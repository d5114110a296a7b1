// What an agent may see, how operators find a session, and keys and endpoints that show their secrets once.
import { randomUUID } from "node:crypto";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

test("an agent creates links and sees neither sessions nor settings", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const email = `${randomUUID()}@acme.example`;
  await admin.mainLink("Operators").click();
  await admin.field("E-mail").fill(email);
  await admin.field("Role").selectOption("AGENT");
  await admin.button("Invite").click();
  const invitation = await admin.takeSecretShownOnce("Invitation link");

  const agent = await Operator.signedOut(browser, server, javaScriptEnabled);
  await agent.page.goto(invitation);
  await agent.choosePassword("Set password");
  await expect(agent.heading).toHaveText("Links");
  await expect(agent.mainLink("Sessions")).toHaveCount(0);
  await agent.createLink("crm-77");
  await expect(agent.main).not.toContainText("crm-77");
  expect((await agent.open("/sessions"))!.status()).toBe(403);
  await expect(agent.heading).toHaveText("You can't open this page");
  expect((await agent.open("/operators"))!.status()).toBe(403);
  await admin.open("/operators");
  await admin.confirm("Disable", admin.page.getByRole("row", { name: email }));
  await agent.open("/links");
  await expect(agent.heading).toHaveText("Sign in");
  agent.expectQuiet(refused);
  admin.expectQuiet(refused);
});

test("a search finds a session by reference, id and ref, and the address shows neither reference nor id", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const reference = `crm-${randomUUID()}`;
  const link = await operator.createLink(reference);
  for (const [searched, within] of [[reference, "/dashboard/sessions?customer="], [link.sessionId, `/dashboard/sessions/${link.ref}`], [link.ref, `/dashboard/sessions/${link.ref}`]]) {
    await operator.open("/sessions");
    await operator.main.getByRole("searchbox").fill(searched);
    await operator.button("Search").click();
    await expect(operator.page).toHaveURL((url) => url.href.includes(within) && !url.href.includes(reference) && !url.href.includes(link.sessionId));
    await expect(operator.main).toContainText(link.ref.slice(24));
  }
  await operator.open("/sessions");
  await operator.main.getByRole("searchbox").fill("nobody");
  await operator.button("Search").click();
  await expect(operator.main).not.toContainText(link.ref.slice(24));
  await operator.open("/sessions?status=EXPIRED");
  await expect(operator.main).not.toContainText(link.ref.slice(24));
  operator.expectQuiet();
});

test("keys and endpoints show their secrets once and work immediately", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  await operator.mainLink("API keys").click();
  await operator.button("Create key").click();
  await expect(operator.page.getByRole("alert")).toBeVisible();
  await operator.field("sessions:create").check();
  await operator.button("Create key").click();
  const id = await operator.main.locator(".once strong").innerText();
  const key = await operator.takeSecretShownOnce("Key");
  const create = () => fetch(`${server.origin}/kyc-sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ flow: "minimal" }),
  }).then(({ status }) => status);
  expect(await create()).toBe(403);
  await operator.main.getByRole("button", { name: "Turn on" }).click();
  expect(await create()).toBe(201);
  await operator.main.getByRole("button", { name: "Turn off" }).click();
  expect(await create()).toBe(403);
  await operator.confirm("Disable", operator.main.getByRole("row", { name: id }));
  await expect(operator.main.getByRole("status")).toHaveText("Disabled.");
  expect(await create()).toBe(401);

  await operator.mainLink("Webhooks").click();
  await operator.field("URL").fill("http://10.0.0.1/hook");
  await operator.button("Add endpoint").click();
  await expect(operator.page.getByRole("alert")).toContainText("FLOW_WEBHOOK_ALLOW_NETS");
  const url = `http://127.0.0.1:9/${randomUUID()}`;
  await operator.field("URL").fill(url);
  await operator.button("Add endpoint").click();
  expect(await operator.takeSecretShownOnce("Secret")).toMatch(/^whsec_/);
  const endpoint = operator.main.locator("section", { hasText: url });
  await operator.confirm("Disable", endpoint);
  await expect(operator.main.getByRole("status")).toHaveText("Disabled.");
  await expect(endpoint.locator(".final")).toHaveCount(0);
  operator.expectQuiet(refused);
});
