// The page reports everything missing or wrong at once, in plain words, beside its field; nothing typed is lost.
import { readFileSync, writeFileSync } from "node:fs";
import { Customer, invalidCpf, validIdentity } from "./customer";
import { demo } from "./answers";
import { expect, photo, test } from "./support";

const svg = { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>') };
const cut = { name: "photo.jpg", mimeType: "image/jpeg", buffer: readFileSync(photo).subarray(0, 9_000) };

/** A good photo with more bytes after it than a file may have. */
function large() {
  const file = test.info().outputPath("large.jpg");
  writeFileSync(file, Buffer.concat([readFileSync(photo), Buffer.alloc(10 * 1024 * 1024)]));
  return file;
}

/** Without script the page with faults has status 422, which the browser logs in its console. */
const as422 = /status of 422/;

async function expect422(customer: Customer, press: () => Promise<void>) {
  const answer = customer.page.waitForResponse((response) => response.request().method() === "POST");
  await press();
  expect((await answer).status()).toBe(422);
}

/** Presses Continue on a page with faults. */
async function pressContinueWithFaults(customer: Customer) {
  customer.allowConsole(as422);
  if (customer.hasScript) await customer.pressContinue();
  else await expect422(customer, () => customer.pressContinue());
  await expect(customer.summary).toBeVisible();
}

test("an empty form lists every fault, and each links to its field", async ({ customer }) => {
  await customer.open();
  await pressContinueWithFaults(customer);
  await customer.expectFaults("Enter full name", "Enter CPF");
  await expect(customer.summary.getByRole("heading")).toHaveText("There are 2 things to correct");
  if (customer.hasScript) await expect(customer.summary).toBeFocused();
  for (const field of [customer.cpf, customer.name]) {
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await customer.summary.locator(`a[href="#${await field.getAttribute("id")}"]`).click();
    await expect(field).toBeFocused();
  }
  await expect(customer.name).toHaveAccessibleDescription("Enter full name");
  await customer.name.fill("Typed since");
  await customer.summary.getByRole("link", { name: "CPF" }).click();
  await expect(customer.cpf).toBeFocused();
  await expect(customer.name).toHaveValue("Typed since");
  await customer.fillIdentity();
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await customer.open("identity");
  await expect(customer.summary).toHaveCount(0);
});

test("a malformed CPF is a fault, and what was typed is kept", async ({ customer }) => {
  await customer.open();
  await customer.fillIdentity({ name: "Ana “Bê” <b> & 名", cpf: "12" });
  await pressContinueWithFaults(customer);
  await customer.expectFaults("Enter all 11 digits of your CPF");
  await expect(customer.name).toHaveValue("Ana “Bê” <b> & 名");
  await expect(customer.cpf).toHaveValue("12");
  await expect(customer.name).not.toHaveAttribute("aria-invalid");
  expect(customer.apiCalls().filter((call) => !call.startsWith("GET"))).toEqual([]);
});

test("a name of more than 200 visible characters is a fault", async ({ customer }) => {
  await customer.open();
  await customer.fillIdentity({ ...validIdentity, name: "é".repeat(201) });
  await pressContinueWithFaults(customer);
  await customer.expectFaults("Use at most 200 characters");
  await customer.name.fill("😀".repeat(200)); // 400 UTF-16 code units
  await customer.pressContinue();
  await customer.expectStep("selfie");
});

test("a CPF with wrong check digits shows a warning, is accepted and raises the score", async ({ customer, server, link }) => {
  const warning = customer.page.getByText("does not look like a valid CPF");
  await customer.open();
  await customer.fillIdentity();
  await expect(warning).toHaveCount(0);
  await customer.fillIdentity({ ...validIdentity, cpf: invalidCpf });
  if (customer.hasScript) await expect(warning).toBeVisible();
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await customer.page.goBack();
  await expect(customer.cpf).toHaveValue(invalidCpf);
  await expect(warning).toBeVisible(); // Once it is saved, the warning is shown without script too.
  await customer.page.goForward();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.choosePhoto(photo);
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
  const shown = await server.shown(link.sessionId);
  expect(shown.checks).toContainEqual(expect.objectContaining({ name: "cpf", result: "FAILED" }));
  expect(shown.riskScore).toBeGreaterThan(0);
});

test("dots and dash appear in the CPF while it is typed", { tag: "@script-on" }, async ({ customer }) => {
  await customer.open();
  await customer.cpf.pressSequentially("12345678909");
  await expect(customer.cpf).toHaveValue("123.456.789-09");
});

test("a page with faults that the browser posted hydrates unchanged", { tag: "@script-on" }, async ({ customer }) => {
  customer.allowConsole(as422);
  await customer.open();
  await customer.fillIdentity({ name: "Ana", cpf: "12" });
  await expect422(customer, () => customer.postNatively());
  await customer.expectFaults("Enter all 11 digits of your CPF");
  await expect(customer.summary).toBeFocused();
  await expect(customer.name).toHaveValue("Ana");
  await expect(customer.cpf).toHaveValue("12");
  await customer.cpf.fill(validIdentity.cpf);
  await customer.pressContinue();
  await customer.expectStep("selfie");
  expect(customer.apiCalls()).toContain("PUT /steps/identity");
});

test("a missing photo is a fault", async ({ customer }) => {
  await customer.reachSelfie();
  await pressContinueWithFaults(customer);
  await customer.expectFaults("Take a photo or choose a file for “Selfie”");
  await customer.summary.getByRole("link").click();
  await expect(customer.camera).toBeFocused();
});

for (const [name, file, why] of [
  ["an SVG named .jpg", svg, "We can't use this kind of file. Use a JPEG, PNG or WebP photo."],
  ["a photo that is too large", large, "The file is larger than 10 MB. Take another photo or choose a smaller one."],
  ["a photo cut short", cut, "Only a part of the file arrived. Send it again."],
] as const) {
  test(`${name} is refused with a plain message, and another photo then works`, async ({ customer }) => {
    await customer.reachSelfie();
    customer.allowConsole(/status of 4(13|15|22)/);
    await customer.choosePhoto(typeof file === "function" ? file() : file);
    if (!customer.hasScript) {
      await expect422(customer, () => customer.pressContinue());
      await customer.expectFaults(why);
    }
    await expect(customer.frame.or(customer.main.locator("fieldset")).locator(".fault")).toHaveText(why);
    await expect(customer.frame).not.toContainText("Saved");
    await customer.choosePhoto(photo);
    if (customer.hasScript) await customer.expectSavedPhoto();
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
  });
}

test("a proof of address may be a PDF, and any other kind of file is refused with a message", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  const { fields: [proof] } = await customer.step("address");
  customer.allowConsole(/status of 4(15|22)/);
  await customer.open("address");
  await expect(page.locator(`#field-${proof.name}-file`)).toHaveAttribute("accept", /application[/]pdf/);
  await customer.choosePhoto(svg, page.locator(`#field-${proof.name}-file`));
  if (!customer.hasScript) await expect422(customer, () => customer.pressContinue());
  await expect(customer.main.locator("fieldset .fault")).toContainText("PDF");
  await customer.answer(proof);
  await customer.pressContinue();
  await customer.expectStep("review");
});

test("a photo is uploaded as soon as it is chosen and is shown after a reload", async ({ customer, page }) => {
  await customer.reachSelfie();
  await expect(customer.frame).not.toContainText("Saved");
  await customer.choosePhoto(photo);
  if (customer.hasScript) {
    await customer.expectSavedPhoto();
    expect(customer.apiCalls()).toContain("POST /upload");
    expect(customer.apiCalls()).not.toContain("PUT /steps/selfie");
  } else {
    await page.getByRole("button", { name: "English" }).click();
  }
  await customer.open("selfie");
  await customer.expectSavedPhoto();
  await customer.pressContinue(); // No photo has to be chosen again.
  await customer.expectStatus("COMPLETED");
});

test("the camera input accepts a photo like the file input", async ({ customer }) => {
  await customer.reachSelfie();
  await expect(customer.camera).toHaveAttribute("capture", "user");
  await expect(customer.camera).toHaveAttribute("accept", "image/jpeg,image/png,image/webp");
  await customer.camera.setInputFiles(photo);
  if (customer.hasScript) await customer.expectSavedPhoto();
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("submitting without a step redirects to it and lists what is missing", async ({ customer }) => {
  customer.allowConsole(as422);
  await customer.open("selfie");
  await customer.choosePhoto(photo);
  await customer.pressContinue();
  await customer.expectStep("identity");
  await customer.expectFaults("Enter full name", "Enter CPF");
  await customer.ready();
  await customer.fillIdentity();
  await customer.pressContinue();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.expectSavedPhoto();
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("faults in several steps are counted and corrected step by step", async ({ server, page, javaScriptEnabled }) => {
  const text = (name: string) => ({ id: name, type: "FORM", title: `Step ${name}`, fields: [{ name, type: "TEXT", label: `Label ${name}`, required: true }] });
  await server.importFlow({ name: "three", steps: [text("one"), text("two"), text("three")] });
  const customer = new Customer(page, await server.link("three"), javaScriptEnabled);
  customer.allowConsole(as422);
  await customer.open("three");
  const fill = async (name: string) => {
    await customer.ready();
    await page.getByLabel(`Label ${name}`).fill(name);
    await customer.pressContinue();
  };
  await fill("three");
  await customer.expectFaults("Enter label one");
  await expect(customer.summary.getByRole("heading")).toHaveText("There is one thing to correct");
  await fill("one");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Step two");
  await fill("two");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Step three");
  await expect(page.getByLabel("Label three")).toHaveValue("three");
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
  customer.expectQuiet();
});
