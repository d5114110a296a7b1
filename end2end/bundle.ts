// Ways to break the page's own script or its answers: late, panicking or lost.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { root } from "./server";

/** The notice that a customer reads when the script has failed. */
export const notice = "Some features are not working. You can still continue.";

/** Holds requests back until the returned function is called: those for the WASM by default. */
export async function holdRequests(page: Page, pattern = "**/*.wasm") {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route(pattern, async (route) => {
    await held;
    await route.fallback();
  });
  return release;
}

/** Serves the bundle that panics where the address asks for it. With `?panic=later` it panics when the returned function is called. */
export async function servePanickingBundle(page: Page) {
  const folder = join(root, "target/panic");
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run scripts/build.sh panic`);
  for (const [file, contentType] of [["flow.js", "text/javascript"], ["flow_bg.wasm", "application/wasm"]]) {
    await page.route(`**/pkg/*/${file}`, (route) => route.fulfill({ path: join(folder, file), contentType }));
  }
  await page.addInitScript(() => {
    const real = setTimeout;
    const patched = (run: () => void, delay?: number, ...more: unknown[]) => (delay === 300 ? Object.assign(window, { panic: run }) && 0 : real(run, delay, ...more));
    Object.assign(window, { setTimeout: patched });
  });
  return () => page.evaluate(() => void setTimeout((window as unknown as { panic: () => void }).panic));
}

/** Drops the first answers to some requests once `held` resolves: the server has answered, but the page never gets it.
 *  Returns the statuses of all answers so far. */
export async function dropAnswers(page: Page, urlPattern: string, times: number, held = Promise.resolve()) {
  const browser = await page.context().newCDPSession(page);
  const statuses: number[] = [];
  browser.on("Fetch.requestPaused", async ({ requestId, responseStatusCode = 0 }) => {
    const lost = statuses.push(responseStatusCode) <= times;
    await held;
    const ending = lost ? browser.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" }) : browser.send("Fetch.continueRequest", { requestId });
    await ending.catch(() => {}); // Its page is gone.
  });
  await browser.send("Fetch.enable", { patterns: [{ urlPattern, requestStage: "Response" }] });
  return statuses;
}
