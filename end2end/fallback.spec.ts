// When the script fails, is late or loses the network, the browser's own forms still work and nothing typed is lost.
import { holdRequests, notice } from "./bundle";
import { type Customer, validIdentity } from "./customer";
import { expect, photo, test } from "./support";

const noConnection = "You have no connection right now. Your answers are still on this page. We will send them when you are back online.";
const lost = /net::ERR_/;

test.describe("with script", { tag: "@script-on" }, () => {
  /** Completes the session with the browser's own forms, on pages that never hydrate. */
  async function finishNatively(customer: Customer) {
    const { page } = customer;
    await customer.fillIdentity();
    await customer.pressContinue();
    await customer.expectStep("selfie");
    await expect(page.getByText(notice)).toBeVisible();
    await customer.selfie.setInputFiles(photo);
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
    expect(customer.formPosts()).toEqual(["/identity", "/selfie"]);
    // A status page may request the status.
    expect(customer.apiCalls().filter((call) => call !== "GET /public")).toEqual([]);
  }

  test("the WASM does not load: the customer sees a notice and the browser posts the forms", async ({ customer, page }) => {
    customer.allowConsole(lost, /page error: .*(fetch|WebAssembly)/i, /preload/);
    await page.route("**/*.wasm", (route) => route.abort());
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("the WASM is invalid: the customer sees a notice and the browser posts the forms", async ({ customer, page }) => {
    customer.allowConsole(/page error: .*WebAssembly/, /preload/);
    await page.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "nonsense" }));
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("the module does not load: the customer sees a notice and the browser posts the forms", async ({ customer, page }) => {
    customer.allowConsole(lost, /page error: .*(fetch|import)/i, /preload/);
    await page.route("**/pkg/**/flow.js", (route) => route.abort());
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("neither the script nor its guard loads: the browser posts the forms, without a notice or a live status", async ({ customer, page }) => {
    customer.allowConsole(lost, /page error/, /preload/);
    await page.route("**/pkg/**/*.{js,wasm}", (route) => route.abort());
    await page.goto(customer.link.url);
    await customer.fillIdentity();
    await customer.pressContinue();
    await customer.expectStep("selfie");
    await customer.selfie.setInputFiles(photo);
    await customer.pressContinue();
    await expect(async () => {
      await page.goto(customer.link.url);
      await expect(customer.main).toHaveAttribute("data-status", "COMPLETED", { timeout: 500 });
    }).toPass();
  });

  test("what was typed and chosen before the WASM arrived is kept", async ({ customer, page }) => {
    customer.allowConsole(/preload/);
    let release = await holdRequests(page);
    await page.goto(customer.link.url, { waitUntil: "domcontentloaded" });
    await customer.fillIdentity();
    await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
    release();
    await customer.ready();
    await expect(customer.name).toHaveValue(validIdentity.name);
    await customer.pressContinue();
    await customer.expectStep("selfie");
    expect(customer.apiCalls()).toContain("PUT /steps/identity");

    await page.unrouteAll();
    release = await holdRequests(page);
    await page.reload({ waitUntil: "domcontentloaded" });
    await customer.selfie.setInputFiles(photo);
    await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
    release();
    await customer.ready();
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
    expect(customer.apiCalls()).toContain("POST /upload");
    expect(customer.formPosts()).toEqual([]);
  });

  test("a press before the WASM arrived makes the browser post the form", async ({ customer, page }) => {
    customer.allowConsole(/preload/, lost);
    const release = await holdRequests(page);
    await page.goto(customer.link.url, { waitUntil: "domcontentloaded" });
    await customer.fillIdentity();
    await customer.continue.click({ noWaitAfter: true });
    await customer.expectStep("selfie");
    release();
    await customer.ready();
    expect(customer.formPosts()).toEqual(["/identity"]);
  });

  test("a lost connection during a save shows a message, keeps everything, and Continue works later", async ({ customer, page }) => {
    customer.allowConsole(lost);
    await customer.open();
    await page.route("**/steps/*", (route) => route.abort());
    await customer.fillIdentity();
    await customer.pressContinue();
    await expect(page.getByText(noConnection)).toBeVisible();
    await expect(customer.name).toHaveValue(validIdentity.name);
    await expect(customer.cpf).toHaveValue(validIdentity.cpf);
    await page.unrouteAll();
    await customer.pressContinue(); // The customer presses again instead of waiting for the retry.
    await customer.expectStep("selfie");
    await expect(page.getByText(noConnection)).toHaveCount(0);
  });

  test("a save answered with 503 is sent again; after any other unexpected answer the browser posts the form", async ({ customer, page }) => {
    customer.allowConsole(/status of (503|418)/);
    await customer.open();
    await page.route("**/steps/*", (route) => route.fulfill({ status: 503, contentType: "text/html", body: "<h1>busy</h1>" }), { times: 2 });
    await customer.fillIdentity();
    await customer.pressContinue();
    await customer.expectStep("selfie");
    expect(customer.formPosts()).toEqual([]);
    await customer.open("identity");
    await page.route("**/steps/*", (route) => route.fulfill({ status: 418, contentType: "text/html", body: "<h1>a proxy's own</h1>" }));
    await customer.pressContinue();
    await customer.expectStep("selfie");
    expect(customer.formPosts()).toEqual(["/identity"]);
  });

  test("Continue during an upload waits for the upload", async ({ customer, page }) => {
    await customer.reachSelfie();
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await page.route("**/upload", async (route) => {
      await held;
      await route.continue();
    });
    await customer.selfie.setInputFiles(photo);
    await customer.pressContinue();
    await expect(customer.continue).toHaveText("Sending…");
    await customer.continue.press("Enter"); // The customer presses again.
    release();
    await customer.expectStatus("COMPLETED");
    const writes = customer.apiCalls().filter((call) => !call.startsWith("GET"));
    expect(writes).toEqual(["PUT /steps/identity", "POST /upload", "PUT /steps/selfie", "POST /complete"]);
  });

  for (const answers of ["the first answer", "every answer"]) {
    test(`${answers} to complete is lost after the server sent it: the session still ends COMPLETED`, async ({ customer, page, server, link }) => {
      customer.allowConsole(lost, /status of 409/);
      await customer.reachSelfie();
      await customer.choosePhoto(photo);
      await page.route("**/complete*", async (route) => {
        await route.fetch();
        await route.abort();
      }, answers === "the first answer" ? { times: 1 } : {});
      await customer.pressContinue();
      if (answers === "every answer") {
        // The page shows the message unless it has already learned the status, and it continues by itself.
        await expect(page.getByText(noConnection).or(page.locator("main[data-status]"))).toBeVisible();
        await page.unrouteAll();
      }
      await customer.expectStatus("COMPLETED");
      expect(await server.shown(link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0 });
      expect(customer.formPosts()).toEqual([]);
    });
  }
});
