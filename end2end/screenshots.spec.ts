// Takes screenshots of every page for people to review: SCREENSHOTS=folder npx playwright test -c end2end screenshots
import { join } from "node:path";
import { Customer, invalidCpf } from "./customer";
import { Operator } from "./operator";
import { demo } from "./answers";
import { Company, complete, openTransaction } from "./company";
import { expect, photo, test } from "./support";

const folder = process.env.SCREENSHOTS;
const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

if (folder) {
  for (const viewport of sizes) {
    for (const colorScheme of ["light", "dark"] as const) {
      test.describe(`${viewport.width} ${colorScheme}`, { tag: "@script-on" }, () => {
        test.use({ viewport, colorScheme, isMobile: viewport.width < 600, deviceScaleFactor: 2 });

        test("every step of the flow with every kind of step", async ({ page, server }) => {
          const customer = new Customer(page, await server.link(demo), true);
          const shoot = async (name: string) => {
            await page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
          };
          await customer.open();
          for (const [at, step] of (await customer.steps()).entries()) {
            await customer.expectStep(step.id);
            await customer.ready();
            await shoot(`demo-${at + 1}-${step.id}`);
            if (!step.fields.length) continue;
            await customer.open(step.id, "?check=1");
            await shoot(`demo-${at + 1}-${step.id}-faults`);
            await customer.fill(step);
            await shoot(`demo-${at + 1}-${step.id}-answered`);
            await customer.pressContinue();
          }
        });

        test("a PDF with a password", async ({ page, server }) => {
          const customer = new Customer(page, await server.link(demo), true);
          const shoot = (name: string) => page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
          await customer.completeSteps("address");
          const { fields } = await customer.step("address");
          await customer.answer(fields[0], join(import.meta.dirname, "../server/tests/fixtures/files/password-aes256.pdf"));
          await shoot("locked-1-address");
          await customer.pressContinue();
          await customer.expectStep("review");
          await shoot("locked-2-review");
          await customer.open("selfie", "?file=address_proof_url");
          await shoot("locked-3-note");
        });

        test("every page", async ({ customer, page, server }) => {
          const shoot = async (name: string) => {
            await page.screenshot({ path: join(folder, `${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled" });
          };
          customer.allowConsole(/status of 4/, /net::ERR_/);
          await customer.open();
          await shoot("1-identity");
          await customer.pressContinue();
          await expect(customer.summary).toBeFocused();
          await shoot("2-identity-faults");
          await customer.fillIdentity({ name: "User Name", cpf: invalidCpf });
          await shoot("3-identity-warning");
          await page.route("**/steps/*", (route) => route.abort());
          await customer.pressContinue();
          await expect(page.locator(".lost")).not.toBeEmpty();
          await shoot("4-connection-lost");
          await page.unrouteAll();
          await customer.pressContinue();
          await customer.expectStep("selfie");
          await shoot("5-selfie");
          await customer.choosePhoto({ name: "a.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<svg/>") });
          await shoot("6-selfie-refused");
          const before = server.artifacts();
          await customer.choosePhoto(photo);
          await customer.expectSavedPhoto();
          await shoot("7-selfie-saved");
          await customer.expectProcessing(server, before);
          await shoot("8-processing");
          await page.unrouteAll();
          await customer.expectStatus("COMPLETED");
          await shoot("9-completed");
          const { url, sessionId } = await server.link("minimal", "--ttl", "1s");
          await server.waitFor("EXPIRED", sessionId);
          await page.goto(url);
          await shoot("a-expired");
          await page.goto(`${server.origin}/verify/nonsense`);
          await shoot("b-unknown");
        });

        test("the lists that rules ask", async ({ browser, server }) => {
          const operator = await Operator.admin(browser, server, true, { viewport, colorScheme, isMobile: viewport.width < 600, deviceScaleFactor: 2 });
          const shoot = (name: string) => operator.page.screenshot({ path: join(folder, `dashboard-${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
          const name = `payees-${viewport.width}-${colorScheme}`;
          await operator.open("/lists");
          await operator.field("Name").fill(name);
          await operator.field("Kind of values").selectOption("Account");
          await operator.button("Create list").click();
          const csv = "value,note,from,until\nacct-1,the landlord,2026-01-01T00:00:00Z,\nacct-2,,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z\nacct-3,from March on,2999-03-01T00:00:00Z,\n";
          await operator.field("CSV file").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
          await operator.button("Import").click();
          await expect(operator.main).toContainText("••••-1");
          await shoot("list");
          await operator.button("Reveal").click();
          await shoot("list-revealed");
          await operator.field("CSV file").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from("value,until\n,soon\n") });
          await operator.button("Import").click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("list-refused");
          await operator.open("/lists");
          await shoot("lists");
        });

        test("every page of transactions", async ({ browser, page, server, backend }) => {
          const company = await Company.of(server, backend);
          const shown = { "en": "Large PIX at night", "pt-BR": "PIX alto à noite", "es": "PIX alto de noche" };
          const review = await company.rule({ action: "REVIEW" }, { title: shown, priority: 20 });
          const held = await company.rule({ action: "STEP_UP", flow: "step-up", onExpired: "REVIEW" }, { title: shown });
          const customerId = `c-${crypto.randomUUID()}`;
          const waiting = [await company.pay(held, customerId), await company.pay(held, customerId)];
          const queued = await company.pay(review);
          for (const name of ["a-test", "b-test"]) await company.tried(name, review);
          const tried = await company.pay(review);
          const device = { viewport, colorScheme, isMobile: viewport.width < 600, deviceScaleFactor: 2 };
          const operator = await Operator.admin(browser, server, true, device);
          const shoot = async (name: string) => {
            await operator.page.screenshot({ path: join(folder, `transactions-${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
          };
          await operator.open("/transactions");
          await shoot("list");
          await operator.open("/transactions?currency=BRL&least=x&rule=none");
          await shoot("list-refused");
          await operator.main.getByRole("searchbox").fill("pix-nowhere");
          await operator.button("Search").click();
          await shoot("list-nothing");
          await operator.open("/transactions/queue");
          await shoot("queue");
          await openTransaction(operator, tried.transactionId);
          await shoot("review");
          await operator.button("Decide").click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await operator.button("Reveal").click();
          await shoot("revealed");
          await openTransaction(operator, waiting[0].transactionId);
          await shoot("waiting");
          await operator.card("Session").locator('a[href^="/dashboard/sessions/"]').click();
          await expect(operator.card("Transactions held for this session")).toBeVisible();
          await shoot("session");
          await operator.card("Facts").getByRole("link", { name: customerId }).click();
          await shoot("dossier");
          await complete(new Customer(page, waiting[0].session!, true), "123.456.789-09");
          await company.events(waiting[0].transactionId, 2);
          await openTransaction(operator, waiting[0].transactionId);
          await shoot("released");
          await openTransaction(operator, queued.transactionId);
          await operator.page.locator("button[name=language][value=pt-BR]").first().evaluate((button: HTMLButtonElement) => button.form!.requestSubmit(button));
          await expect(operator.page.getByRole("heading", { name: "Por quê" })).toBeVisible();
          await shoot("review-pt");
        });

        test("a transaction that is held, with the why and its session", async ({ browser, server, backend }) => {
          const company = await Company.of(server, backend);
          const all = [
            { field: "type", is: "PIX" },
            { field: "amount", atLeast: 100_000, currency: "BRL" },
            { sum: "amount", currency: "BRL", where: { direction: "OUT" }, within: "24h", atLeast: 500_000 },
            { count: "transactions", where: { direction: "OUT", "counterparty.id": "same" }, within: "90d", atMost: 1 },
          ];
          const title = "Large PIX to a new payee";
          await company.importRule({ name: "pix-new-payee", title, weight: 40, when: { all }, then: { action: "STEP_UP", flow: "step-up", ttl: "24h" } });
          // Every picture has its own customer; the names are as a company's are.
          const own = sizes.indexOf(viewport) * 2 + (colorScheme === "light" ? 0 : 1);
          const customerId = `crm-${10_482 + own}`;
          const pay = (amount: number, payee: string) => {
            const counterparty = { id: payee, name: "Loja Azul", country: "BR" };
            const transactionId = `pix-${amount}-${20_261_130 + own}`;
            return company.post({ transactionId, customerId, amount, currency: "BRL", direction: "OUT", type: "PIX", channel: "APP", country: "BR", counterparty, deviceId: "device-9" });
          };
          await pay(389_000, "acct-12");
          const held = await pay(125_000, "acct-77");
          expect(held.status).toBe("AWAITING_USER");
          const operator = await Operator.admin(browser, server, true, { viewport, colorScheme, isMobile: viewport.width < 600, deviceScaleFactor: 2 });
          await company.events(held.transactionId, 1);
          await openTransaction(operator, held.transactionId);
          await operator.page.screenshot({ path: join(folder, `transactions-held-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
        });

        test("every page of the dashboard", async ({ browser, customer, link, server, backend }) => {
          test.slow();
          await customer.completeSteps();
          await backend.event(link.sessionId, "session.completed");
          const { ref } = await server.shown(link.sessionId);
          const device = { viewport, colorScheme, isMobile: viewport.width < 600, deviceScaleFactor: 2 };
          const operator = await Operator.admin(browser, server, true, device);
          const shoot = async (name: string, { page } = operator) => {
            await page.screenshot({ path: join(folder, `dashboard-${name}-${viewport.width}-${colorScheme}.png`), animations: "disabled", fullPage: true });
          };
          const open = async (name: string, path: string) => {
            await operator.open(path);
            await shoot(name);
          };
          await operator.createLink("crm-10482");
          await expect(operator.button("Copy")).toBeVisible();
          await shoot("link");
          await open("links", "/links");
          await operator.field("Timeout").fill("soon");
          await operator.button("Create link").click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("links-refused");
          await open("sessions", "/sessions");
          await open("session", `/sessions/${ref}`);
          await operator.button("Decide").click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("session-refused");
          await operator.button("Reveal").click();
          await expect(operator.main.getByRole("status")).toBeVisible();
          await shoot("session-revealed");
          await operator.card("Evidence").getByRole("link", { name: "Enlarge: Selfie" }).click();
          await expect(operator.page.getByRole("dialog").getByRole("img")).toBeVisible();
          await operator.page.screenshot({ path: join(folder, `dashboard-photo-${viewport.width}-${colorScheme}.png`) });
          await operator.page.goBack();
          await operator.page.evaluate(() => scrollTo(0, 0));
          await operator.openMenu();
          await operator.page.screenshot({ path: join(folder, `dashboard-menu-${viewport.width}-${colorScheme}.png`) });
          await operator.page.emulateMedia({ media: "print" });
          await shoot("session-print");
          await operator.page.emulateMedia({ media: null });
          const old = await server.link("minimal", "--ttl", "1s");
          await server.waitFor("EXPIRED", old.sessionId);
          const { ref: gone } = await server.shown(old.sessionId);
          await open("link-expired", `/links/${gone}`);
          await open("session-expired", `/sessions/${gone}`);
          await open("unresolved", "/unresolved");
          await operator.open(`/sessions/${ref}`);
          await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("session-asks");
          await operator.card("Facts").getByRole("button", { name: "Create a new dossier" }).click();
          await operator.card("Facts").locator('a[href^="/dashboard/customers/"]').click();
          await expect(operator.heading).toHaveText("Dossier");
          await shoot("dossier");
          await open("dossiers", "/customers");
          await operator.main.getByRole("searchbox").fill("crm-nowhere");
          await operator.button("Search").click();
          await shoot("dossiers-nothing");
          await open("webhooks", "/webhooks");
          await operator.open("/api-keys");
          await operator.field("sessions:create").check();
          await operator.button("Create key").click();
          await expect(operator.main.getByRole("textbox", { name: "Key" })).toBeVisible();
          await shoot("api-keys");
          await operator.open("/operators");
          await operator.field("E-mail").fill(`${crypto.randomUUID()}@acme.example`);
          await operator.button("Invite").click();
          const invitation = await operator.field("Invitation link").inputValue();
          await shoot("operators");
          await operator.main.getByRole("link", { name: operator.email }).click();
          await expect(operator.card("What happened")).toBeVisible();
          await shoot("operator");
          await operator.button("Make a link for a new password").click();
          const reset = await operator.field("Link for a new password").inputValue();
          await open("account", "/account");
          await open("missing", "/nothing");
          const agent = await Operator.invited("AGENT", browser, server, true, device);
          await agent.open("/sessions");
          await shoot("forbidden", agent);
          await operator.signOut();
          await expect(operator.heading).toHaveText("Sign in");
          await operator.signIn("nobody@acme.example");
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("sign-in-refused");
          await operator.page.goto(invitation);
          await shoot("invitation");
          await operator.page.goto(reset);
          await operator.field("Password").fill("password1234");
          await operator.field("Password again").fill("password1234");
          await operator.button("Set password").click();
          await expect(operator.page.getByRole("alert")).toBeVisible();
          await shoot("reset-refused");
          await open("gone", "/set-up/none");
        });
      });
    }
  }
}
