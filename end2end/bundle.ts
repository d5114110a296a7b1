// What may become of the page's own script: it comes late, it panics, it is gone.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { root } from "./support";

/** What the customer is told then. */
export const notice = "Some features are off. You can go on as usual.";

/** Keeps requests waiting until the answer is called: those for the WASM, unless told otherwise. */
export async function hold(page: Page, what = "**/*.wasm") {
  let letGo = () => {};
  const held = new Promise<void>((done) => (letGo = done));
  await page.route(what, async (route) => {
    await held;
    await route.fallback();
  });
  return letGo;
}

/** Gives the page the bundle that panics where the address asks for it. `?panic=later` waits until the answer is called. */
export async function bringPanics(page: Page) {
  const folder = join(root, "target/panic");
  if (!existsSync(folder)) throw new Error(`${folder} is missing: run scripts/build.sh panic`);
  for (const [file, contentType] of [["flow.js", "text/javascript"], ["flow_bg.wasm", "application/wasm"]]) {
    await page.route(`**/pkg/*/${file}`, (route) => route.fulfill({ path: join(folder, file), contentType }));
  }
  await page.addInitScript(() => {
    const real = setTimeout;
    const kept = (run: () => void, delay?: number, ...more: unknown[]) => (delay === 300 ? Object.assign(window, { panic: run }) && 0 : real(run, delay, ...more));
    Object.assign(window, { setTimeout: kept });
  });
  return () => page.evaluate(() => void setTimeout((window as unknown as { panic: () => void }).panic));
}
