// Every spec runs twice, with and without script: every step must work without script. `engines.spec.ts` brings its own
// browsers. The specs start the server themselves.
import { defineConfig } from "@playwright/test";

const engines = "engines.spec.ts";

export default defineConfig({
  testDir: ".",
  outputDir: "../target/playwright",
  // Long enough for a slow, busy machine.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: [["list"], ["json", { outputFile: "../target/test-logs/playwright.json" }]],
  use: {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      // Debian's Chromium, which must make no request of its own.
      executablePath: "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "script-on", use: { javaScriptEnabled: true }, testIgnore: engines },
    // Tests of what only the island does need script.
    { name: "script-off", use: { javaScriptEnabled: false }, testIgnore: engines, grepInvert: /@script-on/ },
    { name: "engines", testMatch: engines },
  ],
});
