// When the network breaks, everything arrives once, the page shows the truth, and nobody has to press anything twice.
import type { Route } from "@playwright/test";
import { dropAnswers } from "./bundle";
import { validIdentity } from "./customer";
import { demo, photo } from "./answers";
import { expect, test } from "./support";

test.use({ flow: demo });

const lost = /net::ERR_/;
const noConnection = /no connection|offline/i;

test.describe("with script", { tag: "@script-on" }, () => {
  test("offline: a step shows a message and is saved once the network is back", async ({ customer, page, context }) => {
    customer.allowConsole(lost);
    await customer.completeSteps("identity");
    await customer.fill(await customer.step("identity"));
    await context.setOffline(true);
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await customer.pressContinue();
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await expect(customer.name).toHaveValue(validIdentity.name);
    await context.setOffline(false);
    await customer.expectStep("document");
    await expect(page.getByText(noConnection)).toHaveCount(0);
    expect(customer.formPosts()).toEqual([]);
  });

  test("offline: a photo shows a message and is uploaded once the network is back", async ({ customer, page, context, server, link }) => {
    customer.allowConsole(lost);
    await customer.completeSteps("selfie");
    const before = (await server.shown(link.sessionId)).artifacts.length;
    await context.setOffline(true);
    await customer.selfie.setInputFiles(photo);
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await expect(customer.frame.locator(".ok")).toHaveCount(0);
    await context.setOffline(false);
    await expect(customer.frame.locator(".ok")).toBeVisible();
    await expect(page.getByText(noConnection)).toHaveCount(0);
    expect((await server.shown(link.sessionId)).artifacts).toHaveLength(before + 1);
    await customer.pressContinue();
    await customer.expectStep("address");
  });

  test("offline at the last step: the page never says submitted, and it submits once the network is back", async ({ customer, page, context, server, link }) => {
    customer.allowConsole(lost);
    await customer.completeSteps("review");
    await context.setOffline(true);
    await customer.pressContinue();
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await customer.expectStep("review");
    expect((await server.shown(link.sessionId)).status).toBe("PENDING");
    await context.setOffline(false);
    await customer.expectStatus("COMPLETED");
  });

  for (const when of ["before it arrived", "after it arrived"]) {
    test(`an upload that breaks ${when} is repeated automatically, with the same result`, async ({ customer, page, server, link }) => {
      customer.allowConsole(lost);
      const { fields: [type, front] } = await customer.step("document");
      await customer.completeSteps("document");
      await customer.answer(type);
      let statuses: number[] = [];
      if (when === "before it arrived") await page.route("**/upload", (route) => route.abort("connectionreset"), { times: 2 });
      else statuses = await dropAnswers(page, "*/upload", 2);
      await customer.answer(front);
      expect(statuses).toEqual(when === "before it arrived" ? [] : [201, 200, 200]);
      const { artifacts } = await server.shown(link.sessionId);
      expect(artifacts.map(({ field }) => field)).toEqual([front.name]);
      expect(customer.apiCalls().filter((call) => call === "POST /upload")).toHaveLength(3);
    });
  }

  test("after a lost answer, complete is sent again, and the page never says submitted before the server does", async ({ customer, page, server, backend, link }) => {
    customer.allowConsole(lost);
    await customer.completeSteps("review");
    let tries = 0;
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await page.route("**/complete*", async (route) => {
      if (++tries > 1) return route.continue();
      await held;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await customer.pressContinue();
    await expect(customer.continue).toHaveText("Sending…");
    await customer.expectStep("review");
    expect((await server.shown(link.sessionId)).status).toBe("PENDING");
    release();
    await customer.expectStatus("COMPLETED");
    expect(tries).toBe(2);
    expect(customer.formPosts()).toEqual([]);
    await backend.onlyEvent(link.sessionId);
  });

  /** The server's answer to too many requests. */
  const tooMany = (route: Route) =>
    route.fulfill({
      status: 429,
      headers: { "retry-after": "30" },
      contentType: "application/problem+json",
      json: { type: "/problems/rate-limited", title: "Too many requests", status: 429, detail: "At most 30 writes a minute." },
    });

  test("too many writes show a message, lose nothing, and Continue works later", async ({ customer, page }) => {
    customer.allowConsole(/status of 429/);
    await customer.completeSteps("identity");
    await customer.fill(await customer.step("identity"));
    await page.route("**/steps/*", tooMany);
    await customer.pressContinue();
    await expect(page.getByRole("alert").filter({ hasText: /wait/i })).toBeVisible();
    await customer.expectStep("identity");
    await customer.expectAnswered(await customer.step("identity"));
    await page.unrouteAll();
    await customer.pressContinue();
    await customer.expectStep("document");
    expect(customer.formPosts()).toEqual([]);
  });

  test("too many uploads show a message beside the photo, and Continue works later", async ({ customer, page }) => {
    customer.allowConsole(/status of 429/);
    await customer.completeSteps("selfie");
    await page.route("**/upload", tooMany);
    await customer.selfie.setInputFiles(photo);
    await expect(customer.frame).toContainText(/wait/i);
    await page.unrouteAll();
    await customer.pressContinue(); // The file is still chosen.
    await customer.expectStep("address");
  });
});
