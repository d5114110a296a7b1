// A reviewer's day: times in the reader's own zone, a page for the printer, and a phone.
import { Operator } from "./operator";
import { expect, test } from "./support";

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

test("times are in the reader's zone where there is script, and in UTC where there is none", async ({ browser, server, link, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled, { timezoneId: "America/Sao_Paulo" });
  const { ref } = await server.shown(link.sessionId);
  await operator.open(`/sessions/${ref}`);
  const created = operator.card("Facts").locator("time").first();
  const first = operator.card("Timeline").locator("time").first();
  const at = new Date((await first.getAttribute("datetime"))!);
  const [zone, shift] = javaScriptEnabled ? ["GMT-3", 3 * 3_600_000] : ["UTC", 0];
  const text = new Date(at.getTime() - shift).toISOString().replace("T", " ");
  await expect(first).toHaveText(`${text.slice(0, 19)} ${zone}`);
  await expect(created).toHaveText(`${text.slice(0, 16)} ${zone}`);
  operator.expectQuiet();
  await operator.page.context().close();
});

test("on a phone the navigation opens from a button and does not cover the page before", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled, phone);
  const { page } = operator;
  await operator.open("/webhooks");
  const links = operator.mainLink("Sessions");
  await expect(links).toBeHidden();
  expect((await operator.heading.boundingBox())!.y).toBeLessThan(160);
  await operator.openMenu();
  await expect(links).toBeInViewport();
  await page.keyboard.press("Escape");
  await expect(links).toBeHidden();
  await operator.openMenu();
  await links.click();
  await expect(operator.heading).toHaveText("Sessions");
  await operator.signOut();
  await expect(operator.heading).toHaveText("Sign in");
  operator.expectQuiet();
  await page.context().close();
});

test("a session prints without what only a screen can do, and with all that folds", async ({ browser, customer, link, server, javaScriptEnabled }) => {
  await customer.completeSteps();
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const { ref } = await server.shown(link.sessionId);
  await operator.open(`/sessions/${ref}`);
  const folded = operator.card("Timeline").getByText("File uploaded");
  await expect(folded).toBeHidden();
  await page.emulateMedia({ media: "print" });
  for (const seen of [operator.heading, operator.card("Facts"), operator.card("Timeline"), folded]) await expect(seen).toBeVisible();
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(operator.card("Evidence").locator("details")).toBeHidden();
  const ink = () => operator.heading.evaluate((heading) => getComputedStyle(heading).color);
  const light = await ink();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  expect(await ink(), "paper is white").toBe(light);
  await page.context().close();
});
