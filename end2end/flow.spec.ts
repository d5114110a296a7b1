// A whole session as customers complete it: link, form, photo, status, webhook. Also back, reload, another device and
// expired links.
import { Customer, validIdentity } from "./customer";
import { eventBody } from "./receiver";
import { expect, photo, smallPhoto, test } from "./support";

test("from a link to a webhook", async ({ customer, server, backend, link }) => {
  await customer.open();
  await customer.expectStep("identity");
  await customer.fillIdentity();
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.choosePhoto(photo);
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
  await expect(customer.main.getByRole("heading")).toHaveText("All done");

  const shown = await server.shown(link.sessionId);
  expect(shown).toMatchObject({ status: "COMPLETED", decision: "REVIEW", riskScore: 0 });
  expect(shown.checks.map(({ name, result }) => [name, result])).toEqual(expect.arrayContaining([["cpf", "PASSED"], ["evidence", "PASSED"]]));
  const data = { sessionId: link.sessionId, ref: shown.ref, decision: "REVIEW", sequence: 1 };
  expect(await backend.onlyEvent(link.sessionId)).toStrictEqual(eventBody("session.completed", data));

  if (customer.hasScript) {
    const calls = customer.apiCalls();
    const writes = calls.filter((call) => !call.startsWith("GET"));
    expect(writes).toEqual(["PUT /steps/identity", "POST /upload", "PUT /steps/selfie", "POST /complete"]);
    expect(new Set(calls.filter((call) => call.startsWith("GET")))).toEqual(new Set(["GET /public"]));
    expect(customer.formPosts()).toEqual([]);
  } else {
    expect(customer.formPosts()).toEqual(["/identity", "/selfie"]);
    // The browser loads what a page's head names, whether the page uses it or not.
    const loaded = /[/](pkg[/]|icon[.]svg$)/;
    const others = customer.requests.filter((request) => !["document", "stylesheet", "image"].includes(request.resourceType()));
    expect(others.map((request) => request.url()).filter((url) => !loaded.test(url))).toEqual([]);
  }
});

test("the event carries the customer's reference and the score of a photo that is too small", async ({ server, backend, page, javaScriptEnabled }) => {
  const link = await server.link("minimal", "--customer", "crm:4711");
  const customer = new Customer(page, link, javaScriptEnabled);
  await customer.reachSelfie();
  await customer.choosePhoto(smallPhoto);
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
  const shown = await server.shown(link.sessionId);
  expect(shown.checks).toContainEqual({ name: "evidence", result: "WARNING", reasons: ["evidence.small"] });
  expect(shown.riskScore).toBeGreaterThan(0);
  const { data } = await backend.onlyEvent(link.sessionId);
  expect(data).toMatchObject({ customerId: "crm:4711", riskScore: shown.riskScore });
  customer.expectQuiet();
});

test("Back and Forward show the steps as they were left", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.choosePhoto(photo);
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue(validIdentity.name);
  await expect(customer.cpf).toHaveValue(validIdentity.cpf);
  await page.goForward();
  await customer.expectStep("selfie");
  await page.goBack();
  await customer.expectStep("identity");
  await customer.ready();
  await customer.name.fill("Another Name");
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue("Another Name");
});

test("a reload shows what this device saved, and the link opens the current step", async ({ customer }) => {
  await customer.reachSelfie();
  await customer.open();
  await customer.expectStep("selfie");
  await customer.open("identity");
  await expect(customer.name).toHaveValue(validIdentity.name);
  await expect(customer.cpf).toHaveValue(validIdentity.cpf);
  await customer.reload();
  await expect(customer.name).toHaveValue(validIdentity.name);
});

test("Back after a reload shows what was saved", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.reload();
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue(validIdentity.name);
  await expect(customer.cpf).toHaveValue(validIdentity.cpf);
});

test("a saved photo is still shown when the customer goes through the steps again", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.choosePhoto(photo);
  if (!customer.hasScript) await page.getByRole("button", { name: "English" }).click();
  await customer.expectSavedPhoto();
  await customer.open("identity");
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await customer.expectSavedPhoto();
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("another device sees that a step is done and none of its answers", async ({ customer, otherDevice }) => {
  await customer.reachSelfie();
  if (customer.hasScript) await customer.choosePhoto(photo);
  await otherDevice.open();
  await otherDevice.expectStep("selfie");
  if (customer.hasScript) await expect(otherDevice.main).toContainText("Done on another device");
  await expect(otherDevice.page.getByRole("img", { name: "Your photo" })).toHaveCount(0);
  await otherDevice.open("identity");
  await expect(otherDevice.page.getByText("Done on another device")).toHaveCount(2);
  await expect(otherDevice.name).toHaveValue("");
  await expect(otherDevice.cpf).toHaveValue("");
  expect(await otherDevice.page.content()).not.toMatch(/User Name|123\.?456\.?789/);
});

test("a session started on one device can be completed on another", async ({ customer, otherDevice, server, link }) => {
  await customer.reachSelfie();
  await otherDevice.open();
  await otherDevice.choosePhoto(photo);
  await otherDevice.pressContinue();
  await otherDevice.expectStatus("COMPLETED");
  expect(await server.shown(link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0 });
  // The first device learns the status when the page gets the focus, or when its form is sent.
  if (customer.hasScript) await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  else await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("the status page waits for the checks and shows the result by itself", async ({ customer, server, page }) => {
  await customer.reachSelfie();
  const before = server.artifacts();
  await customer.choosePhoto(photo);
  if (!customer.hasScript) {
    // A language button uploads the photo and stays on the step.
    await page.getByRole("button", { name: "English" }).click();
    await customer.expectSavedPhoto();
  }
  const release = server.blockChecks(before);
  await customer.pressContinue();
  await customer.expectStatus("PROCESSING");
  await expect(customer.main.getByRole("heading")).toHaveText("We are checking your answers");
  await customer.open(); // The link shows the same.
  await customer.expectStatus("PROCESSING");
  release();
  await customer.expectStatus("COMPLETED");
  expect(page.url()).toBe(customer.link.url);
});

test("an expired link says so and shows the company's name", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link("minimal", "--ttl", "1s"), javaScriptEnabled);
  await expect(async () => {
    await customer.open();
    await expect(customer.main).toHaveAttribute("data-status", "EXPIRED", { timeout: 100 });
  }).toPass();
  await expect(customer.main.getByRole("heading")).toHaveText("This link has expired");
  await expect(page.locator("body")).toContainText("Acme");
  await expect(page.locator("form")).toHaveCount(0);
  customer.expectQuiet();
});

for (const step of ["identity", "selfie"]) {
  test(`the step ${step}, open when the session expires, leads to the page that says so`, async ({ server, page, javaScriptEnabled }) => {
    const link = await server.link("minimal", "--ttl", "4s");
    const customer = new Customer(page, link, javaScriptEnabled);
    customer.allowConsole(/status of 410/);
    await customer.open(step);
    if (step === "identity") await customer.fillIdentity();
    await server.waitFor("EXPIRED", link.sessionId);
    if (step === "selfie") await customer.selfie.setInputFiles(photo);
    if (step === "identity" || !customer.hasScript) await customer.pressContinue();
    await customer.expectStatus("EXPIRED");
    customer.expectQuiet();
  });
}

test("an unknown link shows no company", async ({ server, page }) => {
  for (const id of [`sess_${"0".repeat(26)}`, "nonsense"]) {
    const answer = await page.goto(`${server.origin}/verify/${id}`);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link doesn't work");
    await expect(page.getByRole("heading", { level: 2 })).toHaveText("What you can do");
    await expect(page.getByRole("listitem")).toHaveCount(2);
    await expect(page.locator("body")).not.toContainText("Acme");
    await page.getByRole("link", { name: "Español" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Este enlace no funciona");
    await expect(page.getByRole("link", { name: "Español" })).toHaveAttribute("aria-current", "true");
  }
});
