// The operators' side: coming in, a link, a customer who completes it, what becomes of it, and going out.
import { randomUUID } from "node:crypto";
import { Customer, honest } from "./customer";
import { Operator, password } from "./operator";
import { expect, photo, Receiver, Server, test } from "./support";

// A page that is refused says so by its status, and Chromium notes that.
const refused = /status of (401|403|404|409|410|422)/;

test.describe("from nobody to a decision", () => {
  test.slow();

  test("the whole story", async ({ browser, javaScriptEnabled }) => {
    const server = new Server();
    await server.start();
    const backend = new Receiver();
    backend.secret = (await server.command("webhook", "add", await backend.start())).secret;
    const operator = await Operator.at(browser, server, javaScriptEnabled);
    const { page } = operator;

    await test.step("the first administrator is set up, once", async () => {
      await expect.poll(() => server.said.join("\n")).toContain("/dashboard/set-up/");
      const setUp = server.said.find((line) => line.includes("/dashboard/set-up/"))!.trim();
      await page.goto(setUp);
      await expect(operator.heading).toHaveText("Set up the first administrator");
      await operator.field("E-mail").fill("ana@acme.example");
      await operator.field("Password").fill("too short");
      await operator.field("Password again").fill("too short");
      await operator.button("Create administrator").click();
      await expect(page.getByRole("alert")).toContainText("12");
      await expect(operator.field("E-mail")).toHaveValue("ana@acme.example");
      await operator.choosePassword("Create administrator");
      await expect(operator.heading).toHaveText("Sessions");
      await page.goto(setUp);
      await expect(operator.heading).toHaveText("This link opens nothing any more");
    });

    await test.step("a wrong password and an unknown e-mail read the same; the right ones let in", async () => {
      await operator.open("");
      await operator.signOut();
      await operator.signIn("ana@acme.example", "not the password");
      const wrong = await page.getByRole("alert").textContent();
      await operator.signIn("nobody@acme.example", password);
      expect(await page.getByRole("alert").textContent()).toBe(wrong);
      await operator.signIn("ana@acme.example");
      await expect(operator.heading).toHaveText("Sessions");
    });

    const link = await test.step("a link, with its QR code and its end", async () => {
      const link = await operator.createLink();
      await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
      await operator.sees("Expires");
      await operator.sees("Pending");
      await expect(operator.button("Copy")).toHaveCount(javaScriptEnabled ? 1 : 0);
      return link;
    });

    await test.step("the customer completes it on a phone", async () => {
      const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, javaScriptEnabled });
      const customer = new Customer(await phone.newPage(), { ...link, expiresAt: "" }, javaScriptEnabled);
      await customer.reachSelfie();
      await customer.choosePhoto(photo);
      await customer.goOn();
      await customer.expectStatus("COMPLETED");
      await phone.close();
    });

    await test.step("the page follows; the session shows score, artifacts and deliveries", async () => {
      await operator.sees("Completed");
      await operator.part("Sessions").click();
      await page.locator(`a[href="/dashboard/sessions/${link.ref}"]`).click();
      await operator.sees("0", operator.card("Risk"));
      await expect(operator.card("Evidence").getByRole("img", { name: "Selfie" })).toBeVisible();
      await operator.sees("Passed", operator.card("Checks"));
      await backend.event(link.sessionId, "session.completed");
      await page.reload();
      await operator.sees("session.completed", operator.card("Deliveries"));
      await operator.sees("Submitted", operator.card("Timeline"));
    });

    await test.step("what was entered is shown when it is asked for, and that is written down", async () => {
      const entered = operator.card("What was entered");
      await expect(entered).not.toContainText(honest.name);
      await operator.button("Reveal").click();
      await expect(entered).toContainText(honest.name);
      await operator.sees("ana@acme.example", operator.card("Timeline"));
      await operator.open(`/sessions/${link.ref}`);
      await expect(entered).not.toContainText(honest.name);
    });

    await test.step("the artifact goes to a dossier, out of it, and back", async () => {
      await operator.part("Unresolved").click();
      await expect(operator.heading).toHaveText("Unresolved");
      await expect(page.locator(`main a[href*="${link.ref}"]`).first()).toBeVisible();
      await operator.open(`/sessions/${link.ref}`);
      await operator.card("Facts").getByLabel("Customer reference").fill("crm-10482");
      await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
      await page.locator('main a[href^="/dashboard/customers/"]', { hasText: "crm-10482" }).first().click();
      await expect(operator.heading).toHaveText("Dossier");
      await expect(page.locator(`main a[href*="${link.ref}"]`).first()).toBeVisible();
      await operator.open(`/sessions/${link.ref}`);
      await operator.card("Facts").getByRole("button", { name: "Unlink" }).click();
      await operator.part("Unresolved").click();
      await expect(page.locator(`main a[href*="${link.ref}"]`).first()).toBeVisible();
      await operator.open(`/sessions/${link.ref}`);
      await operator.card("Evidence").locator("summary").click();
      await operator.card("Evidence").getByLabel("Customer reference").fill("crm-10482");
      await operator.card("Evidence").getByRole("button", { name: "Link to dossier" }).click();
      await operator.sees("crm-10482", operator.card("Evidence"));
      await operator.part("Unresolved").click();
      await expect(page.locator(`main a[href*="${link.ref}"]`)).toHaveCount(0);
    });

    await test.step("a person decides, with a reason", async () => {
      await operator.open(`/sessions/${link.ref}`);
      const decision = operator.card("Decision");
      await decision.getByLabel("Reject", { exact: true }).check();
      await decision.getByRole("button", { name: "Decide" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await decision.getByLabel("Reject", { exact: true }).check();
      await decision.getByLabel("Reason").fill("the face is another one </textarea><b>");
      await decision.getByRole("button", { name: "Decide" }).click();
      await operator.sees("Rejected", decision);
      await operator.sees("the face is another one </textarea><b>", decision);
      const { data } = await backend.event(link.sessionId, "session.reviewed");
      expect(data).toStrictEqual({ sessionId: link.sessionId, status: "COMPLETED", customerId: null, riskScore: 0, decision: "REJECTED" });
    });

    await test.step("signing out ends it: the old cookie is dead", async () => {
      const cookies = await page.context().cookies();
      await operator.signOut();
      await expect(operator.heading).toHaveText("Sign in");
      await page.context().addCookies(cookies);
      await operator.open("/sessions");
      await expect(operator.heading).toHaveText("Sign in");
    });
    operator.expectQuiet(refused);
    await page.context().close();
    await backend.stop();
    await server.stop();
  });
});

test("an agent creates links and sees neither sessions nor settings", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const email = `${randomUUID()}@acme.example`;
  await admin.part("Operators").click();
  await admin.field("E-mail").fill(email);
  await admin.field("Role").selectOption("AGENT");
  await admin.button("Invite").click();
  const invitation = await admin.field("Invitation link").inputValue();

  const agent = await Operator.at(browser, server, javaScriptEnabled);
  await agent.page.goto(invitation);
  await agent.choosePassword("Set password");
  await expect(agent.heading).toHaveText("Links");
  await expect(agent.part("Sessions")).toHaveCount(0);
  await agent.createLink("crm-77");
  await expect(agent.main).not.toContainText("crm-77");
  expect((await agent.open("/sessions"))!.status()).toBe(403);
  expect((await agent.open("/operators"))!.status()).toBe(403);
  await admin.open("/operators");
  await admin.page.getByRole("row", { name: email }).getByRole("button", { name: "Disable" }).click();
  await agent.open("/links");
  await expect(agent.heading).toHaveText("Sign in");
  agent.expectQuiet(refused);
  admin.expectQuiet(refused);
});

test("a session is found by reference, id and ref, and none of them stands in the address", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const reference = `crm-${randomUUID()}`;
  const link = await operator.createLink(reference);
  for (const [searched, within] of [[reference, "/dashboard/sessions?customer="], [link.sessionId, `/dashboard/sessions/${link.ref}`], [link.ref, `/dashboard/sessions/${link.ref}`]]) {
    await operator.open("/sessions");
    await operator.main.getByRole("searchbox").fill(searched);
    await operator.button("Search").click();
    await expect(operator.page).toHaveURL((url) => url.href.includes(within) && !url.href.includes(reference) && !url.href.includes(link.sessionId));
    await expect(operator.main).toContainText(link.ref.slice(0, 13));
  }
  await operator.open("/sessions");
  await operator.main.getByRole("searchbox").fill("nobody");
  await operator.button("Search").click();
  await expect(operator.main).not.toContainText(link.ref.slice(0, 13));
  await operator.open("/sessions?status=EXPIRED");
  await expect(operator.main).not.toContainText(link.ref.slice(0, 13));
  operator.expectQuiet();
});

test("keys and endpoints show their secrets once, and work at once", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  await operator.part("API keys").click();
  await operator.button("Create key").click();
  await expect(operator.page.getByRole("alert")).toBeVisible();
  await operator.field("sessions:create").check();
  await operator.button("Create key").click();
  const key = await operator.main.getByRole("textbox", { name: "Key" }).inputValue();
  const create = () => fetch(`${server.origin}/kyc-sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ flow: "minimal" }),
  }).then(({ status }) => status);
  await operator.open("/api-keys");
  await expect(operator.main).not.toContainText(key);
  expect(await create()).toBe(403);
  await operator.main.getByRole("button", { name: "Turn on" }).click();
  expect(await create()).toBe(201);
  await operator.main.getByRole("button", { name: "Turn off" }).click();
  expect(await create()).toBe(403);
  await operator.main.getByRole("button", { name: "Disable" }).first().click();
  expect(await create()).toBe(401);

  await operator.part("Webhooks").click();
  await operator.field("URL").fill("http://10.0.0.1/hook");
  await operator.button("Add endpoint").click();
  await expect(operator.page.getByRole("alert")).toContainText("FLOW_WEBHOOK_ALLOW_NETS");
  await operator.field("URL").fill("http://127.0.0.1:9/hook");
  await operator.button("Add endpoint").click();
  const secret = await operator.main.getByRole("textbox", { name: "Secret" }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await operator.open("/webhooks");
  await expect(operator.main).not.toContainText(secret);
  await operator.main.getByRole("button", { name: "Disable" }).first().click();
  await expect(operator.main.getByRole("status")).toBeVisible();
  operator.expectQuiet(refused);
});

test("markup in names and in a flow's texts stays text", async ({ browser, server, javaScriptEnabled }) => {
  const markup = "<img src=x onerror=alert(1)>";
  const name = `markup-${randomUUID()}`;
  const fields = [{ name: "name", type: "TEXT", label: `Label ${markup}`, required: true }];
  await server.importFlow({ name, ...{ title: `Title ${markup}` }, steps: [{ id: "identity", type: "FORM", title: `Step ${markup}`, fields }] });
  const link = await server.link(name);
  const body = JSON.stringify({ userData: { name: `Ana ${markup}` } });
  await fetch(`${server.origin}/kyc-sessions/${link.sessionId}/complete`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { ref } = await server.command("session", "show", link.sessionId);
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  for (const path of ["/links", "/sessions", `/links/${ref}`, `/sessions/${ref}`]) {
    await operator.open(path);
    await expect(operator.main, path).toContainText(`Title ${markup}`);
  }
  await operator.button("Reveal").click();
  await expect(operator.main).toContainText(`Label ${markup}`);
  await expect(operator.main).toContainText(`Ana ${markup}`);
  await expect(operator.main.locator("img[src=x]")).toHaveCount(0);
  operator.expectQuiet();
});

test("the keyboard alone does it all", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { keyboard } = operator.page;
  /** Tabs to an element, as somebody does who sees where the focus is. */
  const to = async (selector: string) => {
    for (let steps = 0; steps < 80; steps += 1) {
      if (await operator.page.locator(":focus").evaluateAll(([focused], wanted) => !!focused?.matches(wanted), selector)) return;
      await keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to ${selector}`);
  };
  await to('nav a[href="/dashboard/links"]');
  await keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Links");
  await to("select[name=flow]");
  await keyboard.press("ArrowDown");
  await to("[name=customer]");
  await keyboard.type("crm-9");
  await keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Link");
  await to('main a[href^="/dashboard/sessions/"]');
  await keyboard.press("Enter");
  await expect(operator.card("Facts")).toBeVisible();
  await to('form[action$="/expire"] button');
  await keyboard.press("Enter");
  await operator.sees("Expired");
  await to('form[action$="/sign-out"] button');
  await keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Sign in");
  operator.expectQuiet();
});

test("three languages, chosen on any page and kept", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const said = new Map<string, Set<string>>();
  for (const [language, name] of [["en", "English"], ["pt-BR", "Português"], ["es", "Español"]]) {
    await operator.page.getByRole("button", { name }).click();
    await expect(operator.page.locator("html")).toHaveAttribute("lang", language);
    for (const path of ["/links", "/sessions", "/customers", "/unresolved", "/api-keys", "/operators", "/nothing"]) {
      await operator.open(path);
      await expect(operator.page.locator("html")).toHaveAttribute("lang", language);
      said.set(path, (said.get(path) ?? new Set()).add((await operator.heading.textContent())!));
    }
  }
  for (const [path, headings] of said) expect(headings.size, `${path}: ${[...headings]}`).toBeGreaterThan(1);
  operator.expectQuiet(refused);
});
