// Files as customers really have them: the photos of webcams and scanners, PDFs with a password, PDFs that are none.
import { statSync } from "node:fs";
import { join } from "node:path";
import { answers, demo } from "./answers";
import type { Customer } from "./customer";
import { expect, test } from "./support";

/** A file of the kind that customers upload, made anew. */
const file = (name: string) => join(import.meta.dirname, "../server/tests/fixtures/files", name);

/** Completes the flow `demo` up to the proof of address, and returns its field. */
async function reachProof(customer: Customer) {
  await customer.completeSteps("address");
  return (await customer.step("address")).fields[0];
}

for (const name of ["sampling-3x1.jpg", "gray-adobe-app14-after-sof.jpg", "mjpeg-avi1-no-dht.jpg", "last-chunk-overruns.webp"]) {
  test(`${name} is taken, and the browser shows what was stored of it`, async ({ customer }) => {
    // Chromium stops reading the preview of a WebP with too many bytes. Playwright's trace then requests it again, which the page forbids.
    customer.allowConsole(/^Connecting to 'blob:/);
    await customer.reachSelfie();
    await customer.choosePhoto(file(name));
    await customer.keepFiles();
    await customer.open("selfie");
    await expect(customer.frame.locator(".ok")).toBeVisible();
    const shown = customer.frame.locator("img");
    await expect(shown).toHaveAttribute("src", /\/artifacts\/art_/);
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight])).toEqual([720, 960]);
  });
}

test.describe("a proof of address", () => {
  test.use({ flow: demo });

  test("a PDF that opens only with a password is taken, and the page says so until it is replaced", async ({ customer, page }) => {
    const said = page.getByText("opens only with a password");
    const field = await reachProof(customer);
    await customer.answer(field, file("password-aes256.pdf"));
    if (customer.hasScript) await expect(said).toBeVisible();
    await customer.pressContinue();
    await customer.expectStep("review");
    await expect(said).toHaveCount(1);
    await customer.open("address");
    await expect(said).toBeVisible();
    await customer.answer(field, answers.address_proof_url);
    await customer.pressContinue();
    await customer.expectStep("review");
    await expect(said).toHaveCount(0);
  });

  test("a PDF in which nothing can be read is refused in words", async ({ customer, page }) => {
    customer.allowConsole(/status of 422/);
    const field = await reachProof(customer);
    await customer.enter(field, file("fourteen-bytes.pdf"));
    if (!customer.hasScript) await customer.pressContinue();
    await expect(page.locator(".fault").filter({ hasText: "We could not read this PDF" }).first()).toBeVisible();
    await customer.answer(field, file("trailing-nul-80508.pdf"));
    await customer.pressContinue();
    await customer.expectStep("review");
  });

  test("PDFs that readers open are taken without a word, however they are written", async ({ customer, link, page, server }) => {
    const field = await reachProof(customer);
    const kept = async () => (await server.shown(link.sessionId)).artifacts.find((one: { field: string }) => one.field === field.name)?.size;
    for (const name of ["leading-http-header.pdf", "leading-pjl.pdf", "comment-after-eof.pdf", "xfa.pdf"]) {
      await test.step(name, async () => {
        await customer.open("address");
        await customer.answer(field, file(name));
        await customer.pressContinue();
        await customer.expectStep("review");
        await expect(page.getByText("password")).toHaveCount(0);
        await expect(page.locator(".fault")).toHaveCount(0);
        await expect.poll(kept, "each replaces the one before").toBe(statSync(file(name)).size);
      });
    }
  });
});
