// The script that fails, comes late or loses the network: the browser's own forms go on, and nothing typed is lost.
import { hold, notice } from "./bundle";
import { type Customer, honest } from "./customer";
import { expect, photo, test } from "./support";

const noConnection = "There is no connection right now. What you entered is still here and is sent as soon as there is one.";
const lost = /net::ERR_/;

test.describe("with script", { tag: "@script-on" }, () => {
  /** The whole way by the browser's own means, on a page that never hydrates. */
  async function finishNatively(customer: Customer) {
    const { page } = customer;
    await customer.fillIdentity();
    await customer.goOn();
    await customer.expectStep("selfie");
    await expect(page.getByText(notice)).toBeVisible();
    await customer.selfie.setInputFiles(photo);
    await customer.goOn();
    await customer.expectStatus("COMPLETED");
    expect(customer.posts()).toEqual(["/identity", "/selfie"]);
    // A status page may ask where the session is.
    expect(customer.calls().filter((call) => call !== "GET /public")).toEqual([]);
  }

  test("the WASM does not load: the forms post by themselves, and the customer is told", async ({ customer, page }) => {
    customer.tolerate(lost, /page error: .*(fetch|WebAssembly)/i, /preload/);
    await page.route("**/*.wasm", (route) => route.abort());
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("the WASM is nonsense: the same", async ({ customer, page }) => {
    customer.tolerate(/page error: .*WebAssembly/, /preload/);
    await page.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "nonsense" }));
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("the module does not load: the same", async ({ customer, page }) => {
    customer.tolerate(lost, /page error: .*(fetch|import)/i, /preload/);
    await page.route("**/pkg/**/flow.js", (route) => route.abort());
    await page.goto(customer.link.url);
    await expect(page.getByText(notice)).toBeVisible();
    await finishNatively(customer);
  });

  test("neither our script nor its guard load: the same, but nothing tells of it nor refreshes the status", async ({ customer, page }) => {
    customer.tolerate(lost, /page error/, /preload/);
    await page.route("**/pkg/**/*.{js,wasm}", (route) => route.abort());
    await page.goto(customer.link.url);
    await customer.fillIdentity();
    await customer.goOn();
    await customer.expectStep("selfie");
    await customer.selfie.setInputFiles(photo);
    await customer.goOn();
    await expect(async () => {
      await page.goto(customer.link.url);
      await expect(customer.main).toHaveAttribute("data-status", "COMPLETED", { timeout: 500 });
    }).toPass();
  });

  test("typed and chosen before the WASM came: kept", async ({ customer, page }) => {
    customer.tolerate(/preload/);
    let letGo = await hold(page);
    await page.goto(customer.link.url, { waitUntil: "domcontentloaded" });
    await customer.fillIdentity();
    await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
    letGo();
    await customer.ready();
    await expect(customer.name).toHaveValue(honest.name);
    await customer.goOn();
    await customer.expectStep("selfie");
    expect(customer.calls()).toContain("PUT /steps/identity");

    await page.unrouteAll();
    letGo = await hold(page);
    await page.reload({ waitUntil: "domcontentloaded" });
    await customer.selfie.setInputFiles(photo);
    await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
    letGo();
    await customer.ready();
    await customer.goOn();
    await customer.expectStatus("COMPLETED");
    expect(customer.calls()).toContain("POST /upload");
    expect(customer.posts()).toEqual([]);
  });

  test("pressed before the WASM came: the browser posts", async ({ customer, page }) => {
    customer.tolerate(/preload/, lost);
    const letGo = await hold(page);
    await page.goto(customer.link.url, { waitUntil: "domcontentloaded" });
    await customer.fillIdentity();
    await customer.continue.click({ noWaitAfter: true });
    await customer.expectStep("selfie");
    letGo();
    await customer.ready();
    expect(customer.posts()).toEqual(["/identity"]);
  });

  test("the connection is lost while a step is saved: said so, all kept, and it goes on when it is back", async ({ customer, page }) => {
    customer.tolerate(lost);
    await customer.open();
    await page.route("**/steps/*", (route) => route.abort());
    await customer.fillIdentity();
    await customer.goOn();
    await expect(page.getByText(noConnection)).toBeVisible();
    await expect(customer.name).toHaveValue(honest.name);
    await expect(customer.cpf).toHaveValue(honest.cpf);
    await page.unrouteAll();
    await customer.goOn(); // An impatient customer: it is sent at once.
    await customer.expectStep("selfie");
    await expect(page.getByText(noConnection)).toHaveCount(0);
  });

  test("a save that meets a server in trouble is sent again; one that meets something else is posted by the browser", async ({ customer, page }) => {
    customer.tolerate(/status of (503|418)/);
    await customer.open();
    await page.route("**/steps/*", (route) => route.fulfill({ status: 503, contentType: "text/html", body: "<h1>busy</h1>" }), { times: 2 });
    await customer.fillIdentity();
    await customer.goOn();
    await customer.expectStep("selfie");
    expect(customer.posts()).toEqual([]);
    await customer.open("identity");
    await page.route("**/steps/*", (route) => route.fulfill({ status: 418, contentType: "text/html", body: "<h1>a proxy's own</h1>" }));
    await customer.goOn();
    await customer.expectStep("selfie");
    expect(customer.posts()).toEqual(["/identity"]);
  });

  test("pressed while the photo is on its way: it waits for it", async ({ customer, page }) => {
    await customer.reachSelfie();
    let letGo = () => {};
    const held = new Promise<void>((done) => (letGo = done));
    await page.route("**/upload", async (route) => {
      await held;
      await route.continue();
    });
    await customer.selfie.setInputFiles(photo);
    await customer.goOn();
    await expect(customer.continue).toHaveText("Sending…");
    await customer.continue.press("Enter"); // An impatient customer
    letGo();
    await customer.expectStatus("COMPLETED");
    const writes = customer.calls().filter((call) => !call.startsWith("GET"));
    expect(writes).toEqual(["PUT /steps/identity", "POST /upload", "PUT /steps/selfie", "POST /complete"]);
  });

  for (const answers of ["the first answer", "every answer"]) {
    test(`${answers} to complete is lost after the server gave it: it still ends COMPLETED`, async ({ customer, page, server, link }) => {
      customer.tolerate(lost, /status of 409/);
      await customer.reachSelfie();
      await customer.choosePhoto(photo);
      await page.route("**/complete*", async (route) => {
        await route.fetch();
        await route.abort();
      }, answers === "the first answer" ? { times: 1 } : {});
      await customer.goOn();
      if (answers === "every answer") {
        // It says so, unless it heard the truth from somewhere else meanwhile; and it goes on by itself.
        await expect(page.getByText(noConnection).or(page.locator("main[data-status]"))).toBeVisible();
        await page.unrouteAll();
      }
      await customer.expectStatus("COMPLETED");
      expect(await server.command("session", "show", link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0 });
      expect(customer.posts()).toEqual([]);
    });
  }
});
