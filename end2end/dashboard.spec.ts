// Operators set up the dashboard, create a link, follow the customer, file the evidence, decide and sign out.
import { Customer, validIdentity } from "./customer";
import { Operator, password, refused } from "./operator";
import { eventBody, Receiver } from "./receiver";
import { Server } from "./server";
import { expect, photo, test } from "./support";

test.describe("from the first administrator to a decision", () => {
  test.slow();

  test("set-up, link, customer, dossier, decision and sign-out", async ({ browser, javaScriptEnabled }) => {
    const server = new Server();
    await server.start();
    const backend = new Receiver();
    backend.secret = (await server.command("webhook", "add", await backend.start())).secret;
    const operator = await Operator.signedOut(browser, server, javaScriptEnabled);
    const { page } = operator;

    await test.step("the set-up link creates the first administrator once", async () => {
      await expect.poll(() => server.stdout.join("\n")).toContain("/dashboard/set-up/");
      const setUp = server.stdout.find((line) => line.includes("/dashboard/set-up/"))!.trim();
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
      await expect(operator.heading).toHaveText("This link has expired or was already used");
    });

    await test.step("a wrong password and an unknown e-mail show the same error; the right ones sign in", async () => {
      await operator.open("");
      await operator.signOut();
      await operator.signIn("ana@acme.example", "not the password");
      const wrong = await page.getByRole("alert").textContent();
      await operator.signIn("nobody@acme.example", password);
      expect(await page.getByRole("alert").textContent()).toBe(wrong);
      await operator.signIn("ana@acme.example");
      await expect(operator.heading).toHaveText("Sessions");
    });

    const link = await test.step("a new link shows its QR code and its expiry", async () => {
      const link = await operator.createLink();
      await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
      await operator.waitForText("Expires");
      await operator.waitForText("Pending");
      await expect(operator.button("Copy")).toHaveCount(javaScriptEnabled ? 1 : 0);
      return link;
    });

    await test.step("the customer completes it on a phone", async () => {
      const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, javaScriptEnabled });
      const customer = new Customer(await phone.newPage(), { ...link, expiresAt: "" }, javaScriptEnabled);
      await customer.completeSteps();
      await phone.close();
    });

    await test.step("the page follows the status; the session shows score, artifacts and deliveries", async () => {
      await operator.waitForText("Completed");
      await operator.mainLink("Sessions").click();
      await page.locator(`a[href="/dashboard/sessions/${link.ref}"]`).click();
      await expect(operator.card("Risk").getByRole("meter")).toHaveAttribute("value", "0");
      await expect(operator.card("Evidence").getByRole("img", { name: "Selfie" })).toBeVisible();
      await operator.waitForText("Passed", operator.card("Checks"));
      await backend.event(link.sessionId, "session.completed");
      await page.reload();
      await operator.waitForText("session.completed", operator.card("Deliveries"));
      await operator.waitForText("Submitted", operator.card("Timeline"));
    });

    await test.step("answers are revealed on request, and the timeline records it", async () => {
      const entered = operator.card("What the customer entered");
      await expect(entered).not.toContainText(validIdentity.name);
      await operator.button("Reveal").click();
      await expect(entered).toContainText(validIdentity.name);
      await operator.waitForText("ana@acme.example", operator.card("Timeline"));
      const decision = operator.card("Decision");
      await decision.getByLabel("Reason").fill("half written");
      await operator.card("Evidence").getByRole("link", { name: "Enlarge: Selfie" }).click();
      const photo = page.getByRole("dialog", { name: "Selfie" });
      await expect(photo.getByRole("img", { name: "Selfie" })).toBeVisible();
      await page.goBack();
      await expect(photo).toBeHidden();
      await expect(decision.getByLabel("Reason")).toHaveValue("half written");
      await operator.mainLink("Unresolved").click();
      await page.goBack();
      await expect(entered).toContainText(validIdentity.name);
      await page.reload();
      await expect(entered).toContainText(validIdentity.name);
      await operator.open(`/sessions/${link.ref}`);
      await expect(entered).not.toContainText(validIdentity.name);
    });

    await test.step("the artifact is linked to a dossier, unlinked and linked again", async () => {
      await operator.mainLink("Unresolved").click();
      await expect(operator.heading).toHaveText("Unresolved");
      await expect(page.locator(`main a[href="/dashboard/sessions/${link.ref}"]`).first()).toBeVisible();
      await operator.open(`/sessions/${link.ref}`);
      await operator.card("Facts").getByLabel("Customer reference").fill("crm-10482");
      await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
      await operator.card("Facts").getByRole("button", { name: "Create a new dossier" }).click();
      await page.locator('main a[href^="/dashboard/customers/"]', { hasText: "crm-10482" }).first().click();
      await expect(operator.heading).toHaveText("Dossier");
      await expect(page.locator(`main a[href="/dashboard/sessions/${link.ref}"]`).first()).toBeVisible();
      await operator.open(`/sessions/${link.ref}`);
      await operator.card("Facts").getByRole("button", { name: "Unlink" }).click();
      const file = operator.fileOf(link.ref);
      const linkUnresolved = async () => {
        await operator.mainLink("Unresolved").click();
        await file.locator("summary").click();
        await file.getByLabel("Customer reference").fill("crm-10482");
        await file.getByRole("button", { name: "Link to dossier" }).click();
        await expect(operator.main.getByRole("status")).toHaveText("Linked to the dossier.");
        await expect(file).toHaveCount(0);
      };
      await linkUnresolved();
      await operator.mainLink("Dossiers").click();
      await operator.main.getByRole("searchbox").fill("crm-10482");
      await operator.button("Search").click();
      await expect(operator.heading).toHaveText("Dossier");
      await file.locator("summary").click();
      await file.getByRole("button", { name: "Unlink" }).click();
      await expect(operator.heading).toHaveText("Dossier");
      await expect(file).toHaveCount(0);
      await linkUnresolved();
      await operator.open(`/sessions/${link.ref}`);
      await operator.waitForText("crm-10482", operator.card("Evidence"));
    });

    await test.step("an operator decides and gives a reason", async () => {
      await operator.open(`/sessions/${link.ref}`);
      const decision = operator.card("Decision");
      await decision.getByLabel("Reject", { exact: true }).check();
      await decision.getByRole("button", { name: "Decide" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
      await decision.getByLabel("Reject", { exact: true }).check();
      await decision.getByLabel("Reason").fill("the face is another one </textarea><b>");
      await decision.getByRole("button", { name: "Decide" }).click();
      await operator.waitForText("Rejected", decision);
      await operator.waitForText("the face is another one </textarea><b>", decision);
      const data = { sessionId: link.sessionId, ref: link.ref, decision: "REJECTED", sequence: 2 };
      expect(await backend.event(link.sessionId, "session.reviewed")).toStrictEqual(eventBody("session.reviewed", data));
    });

    await test.step("signing out ends the sign-in, and the old cookie no longer works", async () => {
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
