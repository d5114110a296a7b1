// What is missing or wrong is said at once, in the customer's words, where it can be put right; nothing typed is lost.
import { readFileSync, writeFileSync } from "node:fs";
import { Customer, doubtfulCpf, honest } from "./customer";
import { demo } from "./story";
import { expect, photo, test } from "./support";

const svg = { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>') };
const cut = { name: "photo.jpg", mimeType: "image/jpeg", buffer: readFileSync(photo).subarray(0, 9_000) };

/** A good photo, and more behind it than a file may have. */
function large() {
  const file = test.info().outputPath("large.jpg");
  writeFileSync(file, Buffer.concat([readFileSync(photo), Buffer.alloc(10 * 1024 * 1024)]));
  return file;
}

/** Without script the page of faults is an answer of 422, which the browser notes in its console. */
const as422 = /status of 422/;

async function expect422(customer: Customer, press: () => Promise<void>) {
  const answer = customer.page.waitForResponse((response) => response.request().method() === "POST");
  await press();
  expect((await answer).status()).toBe(422);
}

/** Presses Continue with something wrong on the page. */
async function goOnWithFaults(customer: Customer) {
  customer.tolerate(as422);
  if (customer.scripted) await customer.goOn();
  else await expect422(customer, () => customer.goOn());
  await expect(customer.summary).toBeVisible();
}

test("an empty form: every fault is listed, and each leads to its field", async ({ customer }) => {
  await customer.open();
  await goOnWithFaults(customer);
  await customer.expectFaults("Enter: Full name", "Enter: CPF");
  await expect(customer.summary.getByRole("heading")).toHaveText("There are 2 things to correct");
  if (customer.scripted) await expect(customer.summary).toBeFocused();
  for (const field of [customer.cpf, customer.name]) {
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await customer.summary.locator(`a[href="#${await field.getAttribute("id")}"]`).click();
    await expect(field).toBeFocused();
  }
  await expect(customer.name).toHaveAccessibleDescription("Enter: Full name");
  await customer.name.fill("Typed since");
  await customer.summary.getByRole("link", { name: "CPF" }).click();
  await expect(customer.cpf).toBeFocused();
  await expect(customer.name).toHaveValue("Typed since");
  await customer.fillIdentity();
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.open("identity");
  await expect(customer.summary).toHaveCount(0);
});

test("a malformed CPF is a fault, and what was typed stays", async ({ customer }) => {
  await customer.open();
  await customer.fillIdentity({ name: "Ana “Bê” <b> & 名", cpf: "12" });
  await goOnWithFaults(customer);
  await customer.expectFaults("Enter all 11 digits of your CPF");
  await expect(customer.name).toHaveValue("Ana “Bê” <b> & 名");
  await expect(customer.cpf).toHaveValue("12");
  await expect(customer.name).not.toHaveAttribute("aria-invalid");
  expect(customer.calls().filter((call) => !call.startsWith("GET"))).toEqual([]);
});

test("a name that is too long is a fault, counted as people count", async ({ customer }) => {
  await customer.open();
  await customer.fillIdentity({ ...honest, name: "é".repeat(201) });
  await goOnWithFaults(customer);
  await customer.expectFaults("Use at most 200 characters");
  await customer.name.fill("😀".repeat(200)); // 400 units of UTF-16
  await customer.goOn();
  await customer.expectStep("selfie");
});

test("a CPF that cannot be real is warned about and taken, and raises the score", async ({ customer, server, link }) => {
  const warning = customer.page.getByText("this does not look like a valid CPF");
  await customer.open();
  await customer.fillIdentity();
  await expect(warning).toHaveCount(0);
  await customer.fillIdentity({ ...honest, cpf: doubtfulCpf });
  if (customer.scripted) await expect(warning).toBeVisible();
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.page.goBack();
  await expect(customer.cpf).toHaveValue(doubtfulCpf);
  await expect(warning).toBeVisible(); // Saved, it is warned about without script too.
  await customer.page.goForward();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.choosePhoto(photo);
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
  const shown = await server.command("session", "show", link.sessionId);
  expect(shown.checks).toContainEqual(expect.objectContaining({ name: "cpf", result: "FAILED" }));
  expect(shown.riskScore).toBeGreaterThan(0);
});

test("the CPF gets its dots and dash while it is typed", { tag: "@script-on" }, async ({ customer }) => {
  await customer.open();
  await customer.cpf.pressSequentially("12345678909");
  await expect(customer.cpf).toHaveValue("123.456.789-09");
});

test("a page of faults that the browser posted hydrates as it is", { tag: "@script-on" }, async ({ customer }) => {
  customer.tolerate(as422);
  await customer.open();
  await customer.fillIdentity({ name: "Ana", cpf: "12" });
  await expect422(customer, () => customer.postNatively());
  await customer.expectFaults("Enter all 11 digits of your CPF");
  await expect(customer.summary).toBeFocused();
  await expect(customer.name).toHaveValue("Ana");
  await expect(customer.cpf).toHaveValue("12");
  await customer.cpf.fill(honest.cpf);
  await customer.goOn();
  await customer.expectStep("selfie");
  expect(customer.calls()).toContain("PUT /steps/identity");
});

test("no photo is a fault", async ({ customer }) => {
  await customer.reachSelfie();
  await goOnWithFaults(customer);
  await customer.expectFaults("Add: Selfie");
  await customer.summary.getByRole("link").click();
  await expect(customer.camera).toBeFocused();
});

for (const [name, file, why] of [
  ["an SVG named .jpg", svg, "This kind of file cannot be used. Use a JPEG, PNG or WebP photo."],
  ["a photo that is too large", large, "The file is larger than 10 MB. Take another photo or choose a smaller one."],
  ["a photo cut short", cut, "The image arrived incomplete. Send it again."],
] as const) {
  test(`${name} is refused in the customer's words, and another photo then works`, async ({ customer }) => {
    await customer.reachSelfie();
    customer.tolerate(/status of 4(13|15|22)/);
    await customer.choosePhoto(typeof file === "function" ? file() : file);
    if (!customer.scripted) {
      await expect422(customer, () => customer.goOn());
      await customer.expectFaults(why);
    }
    await expect(customer.frame.or(customer.main.locator("fieldset")).locator(".fault")).toHaveText(why);
    await expect(customer.frame).not.toContainText("Saved");
    await customer.choosePhoto(photo);
    if (customer.scripted) await customer.expectSavedPhoto();
    await customer.goOn();
    await customer.expectStatus("COMPLETED");
  });
}

test("a proof of address may be a PDF, and who sends something else is told so", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  const { fields: [proof] } = await customer.step("address");
  customer.tolerate(/status of 4(15|22)/);
  await customer.open("address");
  await expect(page.locator(`#field-${proof.name}-file`)).toHaveAttribute("accept", /application[/]pdf/);
  await customer.choosePhoto(svg, page.locator(`#field-${proof.name}-file`));
  if (!customer.scripted) await expect422(customer, () => customer.goOn());
  await expect(customer.main.locator("fieldset .fault")).toContainText("PDF");
  await customer.answer(proof);
  await customer.goOn();
  await customer.expectStep("review");
});

test("a photo is sent as soon as it is chosen, and is there after a reload", async ({ customer, page }) => {
  await customer.reachSelfie();
  await expect(customer.frame).not.toContainText("Saved");
  await customer.choosePhoto(photo);
  if (customer.scripted) {
    await customer.expectSavedPhoto();
    expect(customer.calls()).toContain("POST /upload");
    expect(customer.calls()).not.toContain("PUT /steps/selfie");
  } else {
    await page.getByRole("button", { name: "English" }).click();
  }
  await customer.open("selfie");
  await customer.expectSavedPhoto();
  await customer.goOn(); // Nothing is to be chosen again.
  await customer.expectStatus("COMPLETED");
});

test("the camera's input takes a photo as well as the other", async ({ customer }) => {
  await customer.reachSelfie();
  await expect(customer.camera).toHaveAttribute("capture", "user");
  await expect(customer.camera).toHaveAttribute("accept", "image/jpeg,image/png,image/webp");
  await customer.camera.setInputFiles(photo);
  if (customer.scripted) await customer.expectSavedPhoto();
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
});

test("submitting with a step left out leads back to it, with what is missing", async ({ customer }) => {
  customer.tolerate(as422);
  await customer.open("selfie");
  await customer.choosePhoto(photo);
  await customer.goOn();
  await customer.expectStep("identity");
  await customer.expectFaults("Enter: Full name", "Enter: CPF");
  await customer.ready();
  await customer.fillIdentity();
  await customer.goOn();
  await customer.expectStep("selfie");
  await customer.ready();
  await customer.expectSavedPhoto();
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
});

test("what is missing in several steps is counted and put right step by step", async ({ server, page, javaScriptEnabled }) => {
  const text = (name: string) => ({ id: name, type: "FORM", title: `Step ${name}`, fields: [{ name, type: "TEXT", label: `Label ${name}`, required: true }] });
  await server.importFlow({ name: "three", steps: [text("one"), text("two"), text("three")] });
  const customer = new Customer(page, await server.link("three"), javaScriptEnabled);
  customer.tolerate(as422);
  await customer.open("three");
  const fill = async (name: string) => {
    await customer.ready();
    await page.getByLabel(`Label ${name}`).fill(name);
    await customer.goOn();
  };
  await fill("three");
  await customer.expectFaults("Enter: Label one");
  await expect(customer.summary.getByRole("heading")).toHaveText("There is one thing to correct");
  await fill("one");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Step two");
  await fill("two");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Step three");
  await expect(page.getByLabel("Label three")).toHaveValue("three");
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
  customer.expectQuiet();
});
