// The operators' side: coming in, a link, a customer who completes it, what becomes of it, and going out.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Customer, honest } from "./customer";
import { Operator, password } from "./operator";
import { expect, photo, Receiver, Server, test } from "./support";

// A page that is refused says so by its status, and Chromium notes that.
const refused = /status of (401|403|404|409|410|422)/;

/** What a customer's own app does: everything at once, and then the checks are done. */
async function complete(server: Server, session: string, userData: Record<string, string>) {
  const body = JSON.stringify({ userData });
  const answer = await fetch(`${server.origin}/kyc-sessions/${session}/complete`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(answer.status).toBe(202);
  await expect.poll(async () => (await server.command("session", "show", session)).status).toBe("COMPLETED");
}

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
      await expect(operator.card("Risk").getByRole("meter")).toHaveAttribute("value", "0");
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
      const file = operator.fileOf(link.ref);
      const linkUnresolved = async () => {
        await operator.part("Unresolved").click();
        await file.locator("summary").click();
        await file.getByLabel("Customer reference").fill("crm-10482");
        await file.getByRole("button", { name: "Link to dossier" }).click();
        await expect(operator.main.getByRole("status")).toHaveText("Linked to the dossier.");
        await expect(file).toHaveCount(0);
      };
      await linkUnresolved();
      await operator.part("Dossiers").click();
      await operator.main.getByRole("searchbox").fill("crm-10482");
      await operator.button("Search").click();
      await expect(operator.heading).toHaveText("Dossier");
      await file.locator("summary").click();
      await file.getByRole("button", { name: "Unlink" }).click();
      await expect(operator.heading).toHaveText("Dossier");
      await expect(file).toHaveCount(0);
      await linkUnresolved();
      await operator.open(`/sessions/${link.ref}`);
      await operator.sees("crm-10482", operator.card("Evidence"));
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
      const sessions = () => page.request.get(`${server.origin}/dashboard/sessions`, { maxRedirects: 0 });
      const cookies = await page.context().cookies();
      expect((await sessions()).status()).toBe(200);
      await operator.signOut();
      await expect(operator.heading).toHaveText("Sign in");
      await page.context().addCookies(cookies);
      const answer = await sessions();
      expect([answer.status(), answer.headers().location]).toEqual([303, "/dashboard/sign-in?next=%2Fdashboard%2Fsessions"]);
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
  const invitation = await admin.takeOnce("Invitation link");

  const agent = await Operator.at(browser, server, javaScriptEnabled);
  await agent.page.goto(invitation);
  await agent.choosePassword("Set password");
  await expect(agent.heading).toHaveText("Links");
  await expect(agent.part("Sessions")).toHaveCount(0);
  await agent.createLink("crm-77");
  await expect(agent.main).not.toContainText("crm-77");
  expect((await agent.open("/sessions"))!.status()).toBe(403);
  await expect(agent.heading).toHaveText("This page is for other roles");
  expect((await agent.open("/operators"))!.status()).toBe(403);
  await admin.open("/operators");
  await admin.finally("Disable", admin.page.getByRole("row", { name: email }));
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
  const id = await operator.main.locator(".once strong").innerText();
  const key = await operator.takeOnce("Key");
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
  await operator.finally("Disable", operator.main.getByRole("row", { name: id }));
  await expect(operator.main.getByRole("status")).toHaveText("Disabled.");
  expect(await create()).toBe(401);

  await operator.part("Webhooks").click();
  await operator.field("URL").fill("http://10.0.0.1/hook");
  await operator.button("Add endpoint").click();
  await expect(operator.page.getByRole("alert")).toContainText("FLOW_WEBHOOK_ALLOW_NETS");
  const url = `http://127.0.0.1:9/${randomUUID()}`;
  await operator.field("URL").fill(url);
  await operator.button("Add endpoint").click();
  expect(await operator.takeOnce("Secret")).toMatch(/^whsec_/);
  const endpoint = operator.main.locator("section", { hasText: url });
  await operator.finally("Disable", endpoint);
  await expect(operator.main.getByRole("status")).toHaveText("Disabled.");
  await expect(endpoint.locator(".final")).toHaveCount(0);
  operator.expectQuiet(refused);
});

test("markup in names and in a flow's texts stays text", async ({ browser, server, javaScriptEnabled }) => {
  const markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const name = `markup-${randomUUID()}`;
  const file = `${randomUUID()}${markup}.jpg`;
  const steps = [
    { id: "identity", type: "FORM", title: `Step ${markup}`, fields: [{ name: "name", type: "TEXT", label: `Label ${markup}`, required: true }] },
    { id: "selfie", type: "SELFIE", title: "Selfie", fields: [{ name: "selfie_url", type: "ARTIFACT", label: `Photo ${markup}`, required: true }] },
  ];
  await server.importFlow({ name, ...{ title: `Title ${markup}` }, steps });
  const link = await server.link(name);
  const upload = new FormData();
  upload.set("field", "selfie_url");
  upload.set("file", new Blob([readFileSync(photo)], { type: "image/jpeg" }), file);
  expect((await fetch(`${server.origin}/kyc-sessions/${link.sessionId}/upload`, { method: "POST", body: upload })).status).toBe(201);
  await complete(server, link.sessionId, { name: `Ana ${markup}` });
  const { ref } = await server.command("session", "show", link.sessionId);

  // An e-mail has no spaces; markup needs none.
  const operator = await Operator.invited("ADMIN", browser, server, javaScriptEnabled, {}, "<img/src=x/onerror=alert(3)>");
  const { page } = operator;
  const expectText = async (...texts: string[]) => {
    for (const text of texts) await expect(operator.main, page.url()).toContainText(text);
    await expect(page.getByText(operator.email, { exact: true }).first()).toBeVisible();
    await expect(page.locator('img[src="x"], img[onerror]')).toHaveCount(0);
    const scripts = await page.locator("script").evaluateAll((all) => all.map(({ textContent }) => textContent ?? ""));
    expect(scripts.filter((script) => script.includes("alert("))).toEqual([]);
    expect(await page.content()).not.toContain(file.slice(0, 36));
  };
  const pages = { "/links": "Title", [`/links/${ref}`]: "Title", "/sessions": "Title", "/unresolved": "Photo", [`/sessions/${ref}`]: "Title" };
  for (const [path, text] of Object.entries(pages)) {
    await operator.open(path);
    await expectText(`${text} ${markup}`);
  }
  await operator.button("Reveal").click();
  await expectText(`Step ${markup}`, `Label ${markup}`, `Ana ${markup}`);
  await operator.card("Decision").getByLabel("Review", { exact: true }).check();
  await operator.card("Decision").getByLabel("Reason").fill(`Reason ${markup}`);
  await operator.card("Decision").getByRole("button", { name: "Decide" }).click();
  await expectText(`Reason ${markup}`);
  await expect(operator.card("Timeline")).toContainText(operator.email);

  const dossierOf = async (reference: string) => {
    await operator.card("Facts").getByLabel("Customer reference").fill(reference);
    await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
  };
  await dossierOf(markup);
  await expect(page.getByRole("alert")).toContainText("Use 1 to 128");
  await expect(operator.card("Facts").getByLabel("Customer reference")).toHaveValue(markup);
  await expectText(`Title ${markup}`);
  await dossierOf("");
  await operator.card("Facts").locator('a[href^="/dashboard/customers/"]').click();
  await expect(operator.heading).toHaveText("Dossier");
  await expectText(`Title ${markup}`, `Photo ${markup}`);
  await operator.open("/operators");
  await expectText(operator.email);
  await operator.open("/sessions");
  await operator.main.getByRole("searchbox").fill(markup);
  await operator.button("Search").click();
  await expectText(`“${markup}”`);
  operator.expectQuiet(refused);
});

test("the keyboard alone does it all", async ({ browser, server, javaScriptEnabled }) => {
  const name = `keyboard-${randomUUID()}`;
  const fields = [{ name: "name", type: "TEXT", label: "Name", required: true }];
  await server.importFlow({ name, steps: [{ id: "identity", type: "FORM", title: "Who you are", fields }] });
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const { keyboard } = page;
  /** Tabs to an element, as somebody does who sees where the focus is. */
  const to = async (selector: string) => {
    for (let steps = 0; steps < 120; steps += 1) {
      if (await page.locator(":focus").evaluateAll(([focused], wanted) => !!focused?.matches(wanted), selector)) return;
      await keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to ${selector}`);
  };
  const press = async (selector: string, key = "Enter") => {
    await to(selector);
    await keyboard.press(key);
  };
  const enter = async (selector: string, text: string) => {
    await to(selector);
    await keyboard.type(text);
  };
  const createLink = async () => {
    await press('nav a[href="/dashboard/links"]');
    await expect(operator.heading).toHaveText("Links");
    await to("select[name=flow]");
    const flow = page.locator("select[name=flow]");
    for (let at = 0; at < 100 && (await flow.inputValue()) !== name; at += 1) await keyboard.press("ArrowDown");
    await expect(flow).toHaveValue(name);
    await enter("[name=customer]", "crm-9");
    await keyboard.press("Enter");
    await expect(operator.heading).toHaveText("Link");
    return { sessionId: (await operator.field("Link").inputValue()).split("/").at(-1)!, ref: new URL(page.url()).pathname.split("/").at(-1)! };
  };
  await press('form[action$="/sign-out"] button');
  await expect(operator.heading).toHaveText("Sign in");
  await enter("[name=email]", operator.email);
  await enter("[name=password]", password);
  await keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Sessions");

  await createLink();
  await press('main a[href^="/dashboard/sessions/"]');
  await expect(operator.card("Facts")).toBeVisible();
  await press(".final summary");
  await press('form[action$="/expire"] button');
  await operator.sees("Expired");

  const { sessionId, ref } = await createLink();
  // Away from a page that would load itself again under the fingers.
  await press('nav a[href="/dashboard/webhooks"]');
  await expect(operator.heading).toHaveText("Webhooks");
  await complete(server, sessionId, { name: honest.name });
  await press('nav a[href="/dashboard/sessions"]');
  await expect(operator.heading).toHaveText("Sessions");
  await press(`main a[href="/dashboard/sessions/${ref}"]`);
  await expect(operator.card("Decision")).toBeVisible();
  await to("[name=decision]");
  await keyboard.press("ArrowDown");
  await expect(operator.card("Decision").getByLabel("Reject", { exact: true })).toBeChecked();
  await enter("[name=reason]", "seen before");
  await press('form[action$="/decision"] button', "Space");
  await expect(operator.main.getByRole("status")).toHaveText("The decision was saved.");
  await operator.sees("Rejected", operator.card("Decision"));
  await press('form[action$="/sign-out"] button');
  await expect(operator.heading).toHaveText("Sign in");
  operator.expectQuiet();
});

test("three languages, chosen on any page and kept", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  const visitor = await Operator.at(browser, server, javaScriptEnabled);
  const { inviteUrl } = await server.command("operator", "add", `${randomUUID()}@acme.example`, "--role", "AUDITOR");
  const { ref } = await admin.createLink("crm-10482");
  await admin.open(`/sessions/${ref}`);
  const dossier = (await admin.card("Facts").locator('a[href^="/dashboard/customers/"]').getAttribute("href"))!.replace("/dashboard", "");
  const settings = ["/webhooks", "/api-keys", "/operators"];
  const desks = [
    { operator: visitor, paths: [new URL(inviteUrl).pathname.replace("/dashboard", ""), "/set-up/none", "/sign-in"] },
    { operator: agent, paths: ["/sessions"] },
    { operator: admin, paths: ["/links", `/links/${ref}`, "/sessions", `/sessions/${ref}`, "/customers", dossier, "/unresolved", ...settings, "/nothing"] },
  ];
  // A word that all three have, an address and a ref are in no language.
  const anybodys = /^(Webhooks|https?:.*|[0-9a-f]{8}-[0-9a-f]{4})$/;
  for (const { operator, paths } of desks) {
    const english = new Map<string, string[]>();
    await operator.open(paths[0]);
    for (const [language, name] of [["en", "English"], ["pt-BR", "Português"], ["es", "Español"]]) {
      await operator.page.getByRole("button", { name }).click();
      await expect.poll(async () => (await operator.page.context().cookies()).find((cookie) => cookie.name === "fs_lang")?.value).toBe(language);
      await expect(operator.page.getByRole("button", { name })).toHaveAttribute("aria-pressed", "true");
      for (const path of paths) {
        const html = await (await operator.page.request.get(`${server.origin}/dashboard${path}`)).text();
        expect(html, `${path} in ${language}`).toMatch(new RegExp(`<html[^>]* lang="${language}"`));
        const all = [...html.matchAll(/<(h[12])\b.*?<\/\1>/gs)].map(([heading]) => heading.replace(/<[^>]*>/g, ""));
        const headings = all.filter((heading) => !anybodys.test(heading));
        if (language === "en") english.set(path, headings);
        else expect(headings.filter((heading) => english.get(path)!.includes(heading)), `${path} in ${language}`).toEqual([]);
        expect(headings.length, `${path} says something`).toBeGreaterThan(0);
      }
    }
    operator.expectQuiet(refused);
  }
});
