// Nothing entered is lost by what browsers and people do: reload, back, forward, a tab that dies, two tabs, two devices.
import { Customer } from "./customer";
import { answers, demo } from "./story";
import { expect, test } from "./support";

test.use({ flow: demo });

const written = /User Name|123\.?456\.?789|1990-05-17|user@example\.com|912345678/;

test("back, reload, forward and another device, on every step", async ({ customer, otherDevice, page }) => {
  test.slow();
  const steps = await customer.steps();
  await customer.open();
  for (const [at, step] of steps.slice(0, -1).entries()) {
    const next = steps[at + 1].id;
    await customer.expectStep(step.id);
    await customer.ready();
    await customer.fill(step);
    await customer.goOn();
    await customer.expectStep(next);
    await customer.ready();
    await customer.reload();
    await customer.expectStep(next);

    await page.goBack();
    await customer.expectStep(step.id);
    await customer.ready();
    await customer.expectAnswered(step);
    await customer.reload();
    await customer.expectStep(step.id);
    await customer.expectAnswered(step);

    await otherDevice.open();
    await otherDevice.expectStep(next);
    await otherDevice.open(step.id);
    await expect(otherDevice.page.getByText("Done on another device")).toHaveCount(step.fields.length);
    await expect(otherDevice.page.locator("input:checked, .photo[data-has]:not(:has(img[src='/file.svg'])) img")).toHaveCount(0);
    expect(await otherDevice.page.content()).not.toMatch(written);

    await page.goForward();
    await customer.expectStep(next);
    await customer.ready();
  }
  await customer.goOn();
  await customer.expectStatus("COMPLETED");
});

test("a tab that was killed: the link leads to the same step, with what was entered and the photo", async ({ customer, page, context, link, javaScriptEnabled }) => {
  await customer.walk("selfie");
  await customer.fill(await customer.step("selfie"));
  await customer.keepFiles();
  await expect(customer.frame.locator(".ok")).toBeVisible();
  await page.close();

  const again = new Customer(await context.newPage(), link, javaScriptEnabled);
  await again.open();
  await again.expectStep("selfie");
  for (const id of ["selfie", "document", "identity", "consent"]) {
    await again.open(id);
    await again.expectAnswered(await again.step(id));
  }
  await again.open("selfie");
  for (const next of ["address", "review"]) {
    await again.goOn();
    await again.expectStep(next);
    await again.ready();
  }
  await again.goOn();
  await again.expectStatus("COMPLETED");
  again.expectQuiet();
});

test("two tabs do not fight", { tag: "@script-on" }, async ({ customer, context, link, server }) => {
  const other = new Customer(await context.newPage(), link, true);
  const identity = await customer.step("identity");
  await customer.walk("identity");
  await customer.fill(identity);
  await customer.name.fill("Typed in the first tab");
  await other.walk("document");

  // The first tab hears of it and neither moves nor forgets; what it sends last is what counts.
  await customer.page.bringToFront();
  const heard = customer.page.waitForResponse(/[/]public/);
  await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  await heard;
  await customer.expectStep("identity");
  await customer.expectAnswered(identity, { ...answers, name: "Typed in the first tab" });
  await customer.goOn();
  await customer.expectStep("document");
  await other.open("identity");
  await expect(other.name).toHaveValue("Typed in the first tab");

  // Both are on the same photo: the later one replaces the earlier, and each tab goes on.
  await customer.fill(await customer.step("document"));
  await other.open("document");
  await other.fill(await other.step("document"));
  for (const tab of [customer, other]) {
    await tab.goOn();
    await tab.expectStep("selfie");
  }
  await other.walk();
  const shown = await server.command("session", "show", link.sessionId);
  expect(shown.artifacts).toHaveLength(4);

  // The end is the end in both, whatever the first was about to do.
  customer.tolerate(/status of 409/);
  await customer.goOn();
  await expect(customer.summary.or(customer.page.locator("main[data-status]"))).toBeVisible();
  await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  await customer.expectStatus("COMPLETED");
  other.expectQuiet();
});
