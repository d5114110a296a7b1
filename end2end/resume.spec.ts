// Nothing entered is lost by a reload, Back, Forward, a closed tab, two tabs or two devices.
import { Customer } from "./customer";
import { answers, demo } from "./answers";
import { expect, test } from "./support";

test.use({ flow: demo });

const written = /User Name|123\.?456\.?789|1990-05-17|user@example\.com|912345678/;

test("Back, reload, Forward and another device keep the answers of every step", async ({ customer, otherDevice, page }) => {
  test.slow();
  const steps = await customer.steps();
  await customer.open();
  for (const [at, step] of steps.slice(0, -1).entries()) {
    const next = steps[at + 1].id;
    await customer.expectStep(step.id);
    await customer.ready();
    await customer.fill(step);
    await customer.pressContinue();
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
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
});

test("after a tab was closed, the link opens the same step with the answers and the photo", async ({ customer, page, context, link, javaScriptEnabled }) => {
  await customer.completeSteps("selfie");
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
    await again.pressContinue();
    await again.expectStep(next);
    await again.ready();
  }
  await again.pressContinue();
  await again.expectStatus("COMPLETED");
  again.expectQuiet();
});

test("two tabs do not overwrite each other", { tag: "@script-on" }, async ({ customer, context, link, server }) => {
  const other = new Customer(await context.newPage(), link, true);
  const identity = await customer.step("identity");
  await customer.completeSteps("identity");
  await customer.fill(identity);
  await customer.name.fill("Typed in the first tab");
  await other.completeSteps("document");

  // The first tab reads the new progress; it stays on its step and keeps what was typed. The last save counts.
  await customer.page.bringToFront();
  const refreshed = customer.page.waitForResponse(/[/]public/);
  await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  await refreshed;
  await customer.expectStep("identity");
  await customer.expectAnswered(identity, { ...answers, name: "Typed in the first tab" });
  await customer.pressContinue();
  await customer.expectStep("document");
  await other.open("identity");
  await expect(other.name).toHaveValue("Typed in the first tab");

  // Both tabs upload the same photo field: the later upload replaces the earlier, and each tab continues.
  await customer.fill(await customer.step("document"));
  await other.open("document");
  await other.fill(await other.step("document"));
  for (const tab of [customer, other]) {
    await tab.pressContinue();
    await tab.expectStep("selfie");
  }
  await other.completeSteps();
  const shown = await server.shown(link.sessionId);
  expect(shown.artifacts).toHaveLength(4);

  // After completion both tabs show it, whatever the first tab was about to do.
  customer.allowConsole(/status of 409/);
  await customer.pressContinue();
  await expect(customer.summary.or(customer.page.locator("main[data-status]"))).toBeVisible();
  await customer.page.evaluate(() => dispatchEvent(new Event("focus")));
  await customer.expectStatus("COMPLETED");
  other.expectQuiet();
});
