// Something else answers in the server's place, the server is busy, or the phone loses the file: the page says what is true, and tries
// again only where that can help.
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import type { Route } from "@playwright/test";
import { expect, photo, test } from "./support";

/** What a firewall or a network's sign-in page answers. */
const portal = (route: Route) => route.fulfill({ status: 200, contentType: "text/html", body: "<!DOCTYPE html><title>Hotel</title><h1>Sign in to the network</h1>" });
const intercepted = "Your network answers instead of our service. If it asks you to sign in, do that first. We keep trying.";
const busy = (retryAfter: string) => (route: Route) => route.fulfill({ status: 503, headers: { "retry-after": retryAfter }, contentType: "text/html", body: "<h1>busy</h1>" });
const noConnection = /no connection|offline/i;

test.describe("with script", { tag: "@script-on" }, () => {
  test("a network's own page in answer to an upload is no answer: the page says so, and the photo is sent again", async ({ customer, page, server, link }) => {
    await customer.reachSelfie();
    for (const answer of [portal, (route: Route) => route.fulfill({ status: 204 }), (route: Route) => route.fulfill({ json: { ok: true } })]) {
      await page.route("**/upload", answer);
      await customer.selfie.setInputFiles(photo);
      await expect(customer.frame.locator(".state")).toHaveText(intercepted);
      await expect(customer.frame.locator(".ok")).toHaveCount(0);
      await page.unrouteAll();
    }
    await expect(customer.frame.locator(".ok")).toBeVisible();
    expect((await server.shown(link.sessionId)).artifacts).toHaveLength(1);
  });

  test("a network's own page in answer to a save or to complete is no answer: nothing moves, and it is sent again", async ({ customer, page, server, link }) => {
    await customer.open();
    await customer.fillIdentity();
    await page.route("**/steps/*", portal);
    await customer.pressContinue();
    await expect(page.getByRole("alert")).toHaveText(intercepted);
    await customer.expectStep("identity");
    await page.unrouteAll();
    await customer.expectStep("selfie");
    await customer.choosePhoto(photo);
    await page.route("**/complete*", portal);
    await customer.pressContinue();
    await expect(page.getByRole("alert")).toHaveText(intercepted);
    expect((await server.shown(link.sessionId)).status).toBe("PENDING");
    await page.unrouteAll();
    await customer.expectStatus("COMPLETED");
    expect(customer.formPosts()).toEqual([]);
  });

  test("a network's own answer to the question for the status moves nobody", async ({ customer, page, server }) => {
    await customer.reachSelfie();
    const before = server.artifacts();
    await customer.choosePhoto(photo);
    await customer.expectProcessing(server, before);
    let documents = 0;
    page.on("request", (request) => request.isNavigationRequest() && documents++);
    for (const answer of [portal, (route: Route) => route.fulfill({ json: {} }), (route: Route) => route.fulfill({ json: { status: "OK" } })]) {
      await page.route("**/public", answer);
      await page.waitForResponse("**/public");
      await page.waitForResponse("**/public");
    }
    expect(documents).toBe(0);
    await page.unrouteAll();
    await customer.expectStatus("COMPLETED");
  });

  test("a proxy that takes no file of this size is named, and the file is not sent again", async ({ customer, page }) => {
    customer.allowConsole(/status of 413/);
    await customer.reachSelfie();
    await page.route("**/upload", (route) => route.fulfill({ status: 413, contentType: "text/html", body: "<h1>413 Request Entity Too Large</h1>" }));
    await customer.choosePhoto(photo);
    const why = "This file is too large to send. Choose a smaller one, or set your camera to a smaller size.";
    await expect(customer.frame.locator(".fault")).toHaveText(why);
    await customer.pressContinue();
    await customer.expectFaults(why);
    await expect(customer.summary).toBeFocused();
    expect(customer.apiCalls().filter((call) => call === "POST /upload")).toHaveLength(1);
    await page.unrouteAll();
    await customer.pressContinue();
    await customer.expectFaults("Take a photo or choose a file for “Selfie”");
    expect(customer.apiCalls().filter((call) => call === "POST /upload")).toHaveLength(1);
    await customer.choosePhoto(photo);
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
  });

  test("a busy server is not a lost connection, and it is left alone for as long as it asks", async ({ customer, page }) => {
    customer.allowConsole(/status of 503/);
    await page.clock.install();
    await customer.open();
    await customer.fillIdentity();
    await page.route("**/steps/*", busy("20"));
    await customer.pressContinue();
    await expect(page.getByRole("alert")).toHaveText("The service is busy right now. Your answers are still on this page. We will try again in a moment.");
    const tries = () => customer.apiCalls().filter((call) => call.startsWith("PUT")).length;
    await page.clock.runFor(15_000);
    expect(tries()).toBe(1);
    await page.unrouteAll();
    await page.clock.runFor(6_000);
    await customer.expectStep("selfie");
    expect(tries()).toBe(2);

    // A date, nonsense and a day are no reason to wait longer than a minute.
    for (const retryAfter of ["Wed, 21 Oct 2037 07:28:00 GMT", "-5", "86400"]) {
      await page.route("**/upload", busy(retryAfter));
      await customer.selfie.setInputFiles({ name: `${retryAfter.length}.jpg`, mimeType: "image/jpeg", buffer: readFileSync(photo) });
      await expect(customer.frame.locator(".state")).toHaveText("The service is busy. We will send the file again in a moment.");
      await expect(page.getByText(noConnection)).toHaveCount(0);
      await page.unrouteAll();
      await page.clock.runFor(61_000);
      await expect(customer.frame.locator(".ok")).toBeVisible();
    }
  });

  test("a file that the phone cannot read any more is named at once", async ({ customer, page }) => {
    customer.allowConsole(/net::ERR_/);
    await customer.reachSelfie();
    const file = test.info().outputPath("cloud.jpg");
    writeFileSync(file, readFileSync(photo));
    await page.route("**/upload", (route) => route.abort("connectionreset"));
    await customer.selfie.setInputFiles(file);
    await expect(customer.frame.locator(".state")).toContainText(noConnection);
    unlinkSync(file);
    await page.unrouteAll();
    const why = "Your device can't read this file any more. Choose it again.";
    await expect(customer.frame.locator(".fault")).toHaveText(why);
    await expect(page.getByText(noConnection)).toHaveCount(0);
    await customer.pressContinue();
    await customer.expectFaults(why);
    await customer.choosePhoto({ name: "empty.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) });
    await expect(customer.frame.locator(".fault")).toHaveText(why);
    await customer.choosePhoto(photo);
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
  });

  test("offline while a photo waits, the page keeps saying so, whatever the customer presses", async ({ customer, page, context }) => {
    customer.allowConsole(/net::ERR_/);
    await customer.reachSelfie();
    await context.setOffline(true);
    await customer.selfie.setInputFiles(photo);
    await expect(customer.frame.locator(".state")).toContainText(noConnection);
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const note = () => said.push(`${document.querySelector(".state")!.textContent}|${document.querySelector(".lost")!.textContent}`);
      new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await customer.pressContinue();
    await expect(customer.continue).toHaveText("Sending…");
    await customer.continue.press("Enter"); // Tries at once.
    await expect.poll(() => customer.apiCalls().filter((call) => call === "POST /upload").length).toBeGreaterThan(3);
    for (const said of await page.evaluate(() => (window as unknown as { said: string[] }).said)) expect(said).toMatch(/^No connection.*[|].*(no connection|offline)/i);
    await context.setOffline(false);
    await customer.expectStatus("COMPLETED");
  });
});
