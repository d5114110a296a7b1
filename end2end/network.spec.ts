// The network that breaks: what is sent arrives once, what is shown is true, and nobody has to press anything twice.
import type { Route } from "@playwright/test";
import { honest } from "./customer";
import { demo, photo } from "./story";
import { expect, loseAnswers, test } from "./support";

test.use({ flow: demo });

const lost = /net::ERR_/;
const noConnection = /no connection|offline/i;

test.describe("with script", { tag: "@script-on" }, () => {
  test("offline says so and goes on by itself: a step", async ({ customer, page, context }) => {
    customer.tolerate(lost);
    await customer.walk("identity");
    await customer.fill(await customer.step("identity"));
    await context.setOffline(true);
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await customer.goOn();
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await expect(customer.name).toHaveValue(honest.name);
    await context.setOffline(false);
    await customer.expectStep("document");
    await expect(page.getByText(noConnection)).toHaveCount(0);
    expect(customer.posts()).toEqual([]);
  });

  test("offline says so and goes on by itself: a photo", async ({ customer, page, context, server, link }) => {
    customer.tolerate(lost);
    await customer.walk("selfie");
    const before = (await server.command("session", "show", link.sessionId)).artifacts.length;
    await context.setOffline(true);
    await customer.selfie.setInputFiles(photo);
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await expect(customer.frame.locator(".ok")).toHaveCount(0);
    await context.setOffline(false);
    await expect(customer.frame.locator(".ok")).toBeVisible();
    await expect(page.getByText(noConnection)).toHaveCount(0);
    expect((await server.command("session", "show", link.sessionId)).artifacts).toHaveLength(before + 1);
    await customer.goOn();
    await customer.expectStep("address");
  });

  test("offline at the last step: nothing is called submitted, and it goes on by itself", async ({ customer, page, context, server, link }) => {
    customer.tolerate(lost);
    await customer.walk("review");
    await context.setOffline(true);
    await customer.goOn();
    await expect(page.getByText(noConnection).first()).toBeVisible();
    await customer.expectStep("review");
    expect((await server.command("session", "show", link.sessionId)).status).toBe("PENDING");
    await context.setOffline(false);
    await customer.expectStatus("COMPLETED");
  });

  for (const when of ["before it arrived", "after it arrived"]) {
    test(`an upload that breaks ${when} is sent again by itself, with the same result`, async ({ customer, page, server, link }) => {
      customer.tolerate(lost);
      const { fields: [type, front] } = await customer.step("document");
      await customer.walk("document");
      await customer.answer(type);
      let statuses: number[] = [];
      if (when === "before it arrived") await page.route("**/upload", (route) => route.abort("connectionreset"), { times: 2 });
      else statuses = await loseAnswers(page, "*/upload", 2);
      await customer.answer(front);
      expect(statuses).toEqual(when === "before it arrived" ? [] : [201, 200, 200]);
      const { artifacts } = await server.command("session", "show", link.sessionId);
      expect(artifacts.map(({ field }) => field)).toEqual([front.name]);
      expect(customer.calls().filter((call) => call === "POST /upload")).toHaveLength(3);
    });
  }

  test("a lost answer to complete is asked again and shows the truth; before the server knows, nothing is called submitted", async ({ customer, page, server, backend, link }) => {
    customer.tolerate(lost);
    await customer.walk("review");
    let tries = 0;
    let letGo = () => {};
    const held = new Promise<void>((done) => (letGo = done));
    await page.route("**/complete*", async (route) => {
      if (++tries > 1) return route.continue();
      await held;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await customer.goOn();
    await expect(customer.continue).toHaveText("Sending…");
    await customer.expectStep("review");
    expect((await server.command("session", "show", link.sessionId)).status).toBe("PENDING");
    letGo();
    await customer.expectStatus("COMPLETED");
    expect(tries).toBe(2);
    expect(customer.posts()).toEqual([]);
    await backend.onlyEvent(link.sessionId);
  });

  /** The server's answer to too much at once. */
  const tooMany = (route: Route) =>
    route.fulfill({
      status: 429,
      headers: { "retry-after": "30" },
      contentType: "application/problem+json",
      json: { type: "/problems/rate-limited", title: "Too many requests", status: 429, detail: "At most 30 writes a minute." },
    });

  test("too much at once: said so, nothing is lost, and it goes on later", async ({ customer, page }) => {
    customer.tolerate(/status of 429/);
    await customer.walk("identity");
    await customer.fill(await customer.step("identity"));
    await page.route("**/steps/*", tooMany);
    await customer.goOn();
    await expect(page.getByRole("alert").filter({ hasText: /wait/i })).toBeVisible();
    await customer.expectStep("identity");
    await customer.expectAnswered(await customer.step("identity"));
    await page.unrouteAll();
    await customer.goOn();
    await customer.expectStep("document");
    expect(customer.posts()).toEqual([]);
  });

  test("too many uploads at once: said so beside the photo, and it goes on later", async ({ customer, page }) => {
    customer.tolerate(/status of 429/);
    await customer.walk("selfie");
    await page.route("**/upload", tooMany);
    await customer.selfie.setInputFiles(photo);
    await expect(customer.frame).toContainText(/wait/i);
    await page.unrouteAll();
    await customer.goOn(); // The file is still chosen.
    await customer.expectStep("address");
  });
});
