// A session's page follows the status live. It does not block other pages, and it does not hide what an operator reads.
import type { Page } from "@playwright/test";
import { validIdentity } from "./customer";
import { Operator } from "./operator";
import { expect, photo, test } from "./support";

/** Simulates that the operator leaves or returns to a tab: in tests every tab counts as visible. */
async function setVisibility(page: Page, visibility: "hidden" | "visible") {
  await page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, visibility);
}

const waitForHydration = (page: Page) => expect(page.locator("body")).toHaveAttribute("data-hydrated", "");

test.describe("with script", { tag: "@script-on" }, () => {
  test("six hidden tabs do not block a seventh, and each catches up when it is shown", async ({ browser, server }) => {
    const operator = await Operator.admin(browser, server, true);
    // Two sessions, because one session has at most four streams, and a browser has six connections.
    const refs: string[] = [];
    for (const { sessionId } of [await server.link(), await server.link()]) refs.push((await server.shown(sessionId)).ref);
    const tabs: Page[] = [];
    for (const ref of [...refs, ...refs, ...refs]) {
      const tab = await operator.page.context().newPage();
      await tab.goto(`${server.origin}/dashboard/sessions/${ref}`);
      await waitForHydration(tab);
      await setVisibility(tab, "hidden");
      tabs.push(tab);
    }
    await operator.open(`/sessions/${refs[0]}`);
    await waitForHydration(operator.page);
    await operator.open("/sessions");
    await expect(operator.heading).toHaveText("Sessions");
    await operator.open(`/sessions/${refs[0]}`);
    await operator.confirm("Expire now");
    await operator.waitForText("Expired");

    const [first, second] = tabs.map((tab) => tab.locator(".head .pill"));
    await expect(first).toHaveText("Pending");
    await setVisibility(tabs[0], "visible");
    await expect(first).toHaveText("Expired");
    await setVisibility(tabs[1], "visible");
    await expect(second).toHaveText("Pending");
    await operator.open(`/sessions/${refs[1]}`);
    await operator.confirm("Expire now");
    await expect(second).toHaveText("Expired");
    operator.expectQuiet();
  });

  test("revealed answers stay visible when the status changes", async ({ browser, customer, link, server }) => {
    await customer.reachSelfie();
    const operator = await Operator.admin(browser, server, true);
    const { ref } = await server.shown(link.sessionId);
    await operator.open(`/sessions/${ref}`);
    await operator.button("Reveal").click();
    const entered = operator.card("What the customer entered");
    await expect(entered).toContainText(validIdentity.name);
    await waitForHydration(operator.page);
    await customer.choosePhoto(photo);
    await customer.pressContinue();
    await customer.expectStatus("COMPLETED");
    const live = operator.main.locator(".live");
    await operator.waitForText("Completed", live);
    await expect(entered).toContainText(validIdentity.name);
    await live.getByRole("link").click();
    await expect(operator.main.locator(".head")).toContainText("Completed");
    await expect(entered).not.toContainText(validIdentity.name);
    operator.expectQuiet();
  });
});
