// The whole way, as customers go it: link, form, photo, status, webhook; and the ways aside: back, reload, another device,
// a link that is over.
import { Customer, honest } from "./customer";
import { expect, photo, smallPhoto, test } from "./support";

test("from a link to a webhook", async ({ customer, server, backend, link }) => {
  await customer.open();
  await customer.expectStep("identity");
  await customer.fillIdentity();
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.choosePhoto(photo);
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
  await expect(customer.main.getByRole("heading")).toHaveText("All done");

  const shown = await server.command("session", "show", link.sessionId);
  expect(shown).toMatchObject({ status: "COMPLETED", decision: "APPROVED", riskScore: 0 });
  expect(shown.checks.map(({ name, result }) => [name, result])).toEqual(expect.arrayContaining([["cpf", "PASSED"], ["evidence", "PASSED"]]));
  const data = { sessionId: link.sessionId, status: "COMPLETED", customerId: null, riskScore: 0 };
  expect(await backend.onlyEvent(link.sessionId)).toStrictEqual({ type: "session.completed", data });

  if (customer.scripted) {
    const calls = customer.calls();
    const writes = calls.filter((call) => !call.startsWith("GET"));
    expect(writes).toEqual(["PUT /steps/identity", "POST /upload", "PUT /steps/selfie", "POST /complete"]);
    expect(new Set(calls.filter((call) => call.startsWith("GET")))).toEqual(new Set(["GET /public"]));
    expect(customer.posts()).toEqual([]);
  } else {
    expect(customer.posts()).toEqual(["/identity", "/selfie"]);
    // What a page names in its head is loaded, used or not.
    const loaded = /[/](pkg[/]|icon[.]svg$)/;
    const others = customer.requests.filter((request) => !["document", "stylesheet", "image"].includes(request.resourceType()));
    expect(others.map((request) => request.url()).filter((url) => !loaded.test(url))).toEqual([]);
  }
});

test("the customer's reference and a photo that is too small reach the company", async ({ server, backend, page, javaScriptEnabled }) => {
  const link = await server.link("minimal", "--customer", "crm:4711");
  const customer = new Customer(page, link, javaScriptEnabled);
  await customer.reachSelfie();
  await customer.choosePhoto(smallPhoto);
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
  const shown = await server.command("session", "show", link.sessionId);
  expect(shown.checks).toContainEqual({ name: "evidence", result: "WARNING", reasons: ["evidence.small"] });
  expect(shown.riskScore).toBeGreaterThan(0);
  const { data } = await backend.onlyEvent(link.sessionId);
  expect(data).toMatchObject({ customerId: "crm:4711", riskScore: shown.riskScore });
  customer.expectQuiet();
});

test("back and forward show the steps as they were left", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.choosePhoto(photo);
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue(honest.name);
  await expect(customer.cpf).toHaveValue(honest.cpf);
  await page.goForward();
  await customer.expectStep("selfie");
  await page.goBack();
  await customer.expectStep("identity");
  await customer.ready();
  await customer.name.fill("Another Name");
  await customer.goOn();
  await customer.expectStep("selfie");
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue("Another Name");
});

test("a reload shows what this device saved, and the link leads to where one was", async ({ customer }) => {
  await customer.reachSelfie();
  await customer.open();
  await customer.expectStep("selfie");
  await customer.open("identity");
  await expect(customer.name).toHaveValue(honest.name);
  await expect(customer.cpf).toHaveValue(honest.cpf);
  await customer.reload();
  await expect(customer.name).toHaveValue(honest.name);
});

test("back after a reload shows what was saved", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.reload();
  await page.goBack();
  await customer.expectStep("identity");
  await expect(customer.name).toHaveValue(honest.name);
  await expect(customer.cpf).toHaveValue(honest.cpf);
});

test("a photo that was saved is still there for who goes through the steps again", async ({ customer, page }) => {
  await customer.reachSelfie();
  await customer.choosePhoto(photo);
  if (!customer.scripted) await page.getByRole("button", { name: "English" }).click();
  await customer.expectSavedPhoto();
  await customer.open("identity");
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.expectSavedPhoto();
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
});

test("another device sees that a step is done, and nothing of what was written", async ({ customer, otherDevice }) => {
  await customer.reachSelfie();
  if (customer.scripted) await customer.choosePhoto(photo);
  await otherDevice.open();
  await otherDevice.expectStep("selfie");
  if (customer.scripted) await expect(otherDevice.main).toContainText("Done on another device");
  await expect(otherDevice.page.getByRole("img", { name: "Your photo" })).toHaveCount(0);
  await otherDevice.open("identity");
  await expect(otherDevice.page.getByText("Done on another device")).toHaveCount(2);
  await expect(otherDevice.name).toHaveValue("");
  await expect(otherDevice.cpf).toHaveValue("");
  expect(await otherDevice.page.content()).not.toMatch(/User Name|123\.?456\.?789/);
});

test("a session begun on one device ends on another", async ({ customer, otherDevice, server, link }) => {
  await customer.reachSelfie();
  await otherDevice.open();
  await otherDevice.choosePhoto(photo);
  await otherDevice.goOn();
  await otherDevice.expectStatus("COMPLETED");
  expect(await server.command("session", "show", link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0 });
  // The first device hears of it when its customer comes back to it, or sends what is there.
  if (customer.scripted) await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  else await customer.goOn();
  await customer.expectStatus("COMPLETED");
});

test("the status waits for the checks and shows their end by itself", async ({ customer, server, page }) => {
  await customer.reachSelfie();
  const before = server.artifacts();
  await customer.choosePhoto(photo);
  if (!customer.scripted) {
    // Kept by pressing a language button, which goes nowhere.
    await page.getByRole("button", { name: "English" }).click();
    await customer.expectSavedPhoto();
  }
  const letGo = server.holdChecks(before);
  await customer.goOn();
  await customer.expectStatus("PROCESSING");
  await expect(customer.main.getByRole("heading")).toHaveText("We are checking");
  await customer.open(); // The same from the link.
  await customer.expectStatus("PROCESSING");
  letGo();
  await customer.expectStatus("COMPLETED");
  expect(page.url()).toBe(customer.link.url);
});

test("a link that has expired says so in the company's name", async ({ server, page, javaScriptEnabled }) => {
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
  test(`the step ${step}, open when the time is up, leads to the page that says so`, async ({ server, page, javaScriptEnabled }) => {
    const link = await server.link("minimal", "--ttl", "4s");
    const customer = new Customer(page, link, javaScriptEnabled);
    customer.tolerate(/status of 410/);
    await customer.open(step);
    if (step === "identity") await customer.fillIdentity();
    await expect.poll(async () => (await server.command("session", "show", link.sessionId)).status, { timeout: 10_000 }).toBe("EXPIRED");
    if (step === "selfie") await customer.selfie.setInputFiles(photo);
    if (step === "identity" || !customer.scripted) await customer.goOn();
    await customer.expectStatus("EXPIRED");
    customer.expectQuiet();
  });
}

test("a link that opens nothing names nobody", async ({ server, page }) => {
  for (const id of [`sess_${"0".repeat(26)}`, "nonsense"]) {
    const answer = await page.goto(`${server.origin}/verify/${id}`);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading")).toHaveText("This link opens nothing");
    await expect(page.locator("body")).not.toContainText("Acme");
  }
});
