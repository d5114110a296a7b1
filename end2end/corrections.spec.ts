// A fault is said once, where it is, and goes away when it is corrected. A good photo survives a bad one.
import { Customer } from "./customer";
import { demo } from "./answers";
import { expect, photo, test } from "./support";

const svg = { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<svg/>") };
const otherKind = "We can't use this kind of file. Use a JPEG, PNG or WebP photo.";
const refused = /status of 4(15|22)/;

test("a good photo stays while a bad one is refused, and Continue says why and then goes on with the good one", async ({ customer, page }) => {
  customer.allowConsole(refused);
  await customer.reachSelfie();
  await customer.choosePhoto(photo);
  await customer.keepFiles();
  await customer.expectSavedPhoto();
  await customer.choosePhoto(svg);
  const picture = customer.frame.getByRole("img", { name: "Your photo" });
  if (customer.hasScript) {
    await expect(customer.frame.locator(".state")).toContainText(otherKind);
    await expect(customer.frame.locator(".state")).toContainText("We keep the earlier one.");
    await expect(picture).toBeVisible();
  }
  await customer.pressContinue();
  await customer.expectFaults(otherKind);
  await expect(page).toHaveTitle(/^Error: A photo of you · /);
  if (customer.hasScript) await expect(customer.summary).toBeFocused();
  await customer.expectSavedPhoto();
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("Continue with a refused file says what is wrong, together with everything else", async ({ server, page, javaScriptEnabled }) => {
  const customer = new Customer(page, await server.link(demo), javaScriptEnabled);
  customer.allowConsole(refused);
  await customer.open("document");
  const { fields: [, front] } = await customer.step("document");
  await page.locator(`#field-${front.name}-file`).setInputFiles(svg);
  if (customer.hasScript) await expect(customer.frameOf(front).locator(".fault")).toHaveText(otherKind);
  await customer.pressContinue();
  await customer.expectFaults("Choose an option for “Type of document”", otherKind);
  if (customer.hasScript) await expect(customer.summary).toBeFocused();
  await expect(customer.summary).not.toHaveRole("alert"); // The focus has it read; an alert would have it read twice.
  await expect(customer.summary).toHaveAccessibleName("There are 2 things to correct");
  for (const radio of await page.getByRole("radio").all()) await expect(radio).toHaveAttribute("aria-invalid", "true");
  customer.expectQuiet();
});

for (const [lang, error] of [["en", "Error: Who you are"], ["pt-BR", "Erro: Quem é você"], ["es", "Error: Quién es usted"]]) {
  test(`the title says that something is wrong (${lang})`, async ({ customer, page }) => {
    customer.allowConsole(refused);
    await customer.open("identity", `?lang=${lang}`);
    await expect(page).toHaveTitle(`${error.split(": ")[1]} · Acme`);
    await customer.pressContinue();
    await expect(customer.summary).toBeVisible();
    await expect(page).toHaveTitle(`${error} · Acme`);
  });
}

test.describe("with script", { tag: "@script-on" }, () => {
  test("a fault goes away once its field is corrected: the message, its line, the mark and the title", async ({ customer, page }) => {
    await customer.open();
    await customer.pressContinue();
    await customer.expectFaults("Enter full name", "Enter CPF");
    await customer.name.fill("Ana");
    await customer.expectFaults("Enter CPF");
    await expect(customer.summary.getByRole("heading")).toHaveText("There is one thing to correct");
    await expect(customer.name).not.toHaveAttribute("aria-invalid");
    await expect(customer.name).toHaveAccessibleDescription("");
    await expect(customer.name).toBeFocused();
    await customer.cpf.pressSequentially("1234567890");
    await customer.expectFaults("Enter CPF");
    await expect(page).toHaveTitle("Error: Who you are · Acme");
    await customer.cpf.pressSequentially("9");
    await expect(customer.summary).toHaveCount(0);
    await expect(page.locator("[data-faulty], [aria-invalid=true]")).toHaveCount(0);
    await expect(page).toHaveTitle("Who you are · Acme");
    await customer.pressContinue();
    await customer.expectStep("selfie");
    await customer.pressContinue();
    await customer.expectFaults("Take a photo or choose a file for “Selfie”");
    await customer.choosePhoto(photo);
    await expect(customer.summary).toHaveCount(0);
    await expect(page.locator("[data-faulty], [aria-invalid=true]")).toHaveCount(0);
    await expect(page).toHaveTitle("A photo of you · Acme");
  });

  test("a fault that the server's own page shows goes away too, and so does that of a choice", async ({ server, page }) => {
    const customer = new Customer(page, await server.link(demo), true);
    await customer.open("document", "?check=1");
    await expect(customer.summary.getByRole("link")).toHaveCount(2);
    await page.getByRole("radio").first().check();
    await expect(customer.summary.getByRole("link")).toHaveCount(1);
    await expect(page.locator("[aria-invalid=true][type=radio]")).toHaveCount(0);
    await customer.open("consent", "?check=1");
    await page.getByRole("checkbox").check();
    await expect(customer.summary).toHaveCount(0);
    await page.getByRole("checkbox").uncheck(); // Only Continue looks for what is missing.
    await expect(customer.summary).toHaveCount(0);
    customer.expectQuiet();
  });
});
