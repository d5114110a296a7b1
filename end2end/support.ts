// The fixtures of every spec: one server and one webhook receiver for each worker, one link and one customer for each test.
import { test as base, expect } from "@playwright/test";
import { Customer } from "./customer";
import { Receiver } from "./receiver";
import { type Link, Server } from "./server";

export { photo, smallPhoto } from "./answers";

type PerTest = { flow: string; link: Link; customer: Customer; otherDevice: Customer; healthy: void };
type PerWorker = { server: Server; backend: Receiver };

export const test = base.extend<PerTest, PerWorker>({
  server: [
    async ({}, use) => {
      const server = new Server();
      await server.start();
      await server.importQuickDemo();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  backend: [
    async ({ server }, use) => {
      const backend = new Receiver();
      backend.secret = (await server.command("webhook", "add", await backend.start())).secret;
      await use(backend);
      await backend.stop();
    },
    { scope: "worker" },
  ],
  flow: ["minimal", { option: true }],
  link: ({ server, flow }, use) => server.link(flow).then(use),
  customer: async ({ page, link, javaScriptEnabled }, use) => {
    const customer = new Customer(page, link, javaScriptEnabled);
    await use(customer);
    customer.expectQuiet();
  },
  otherDevice: async ({ browser, link, javaScriptEnabled }, use) => {
    const context = await browser.newContext();
    const customer = new Customer(await context.newPage(), link, javaScriptEnabled);
    await use(customer);
    customer.expectQuiet();
    await context.close();
  },
  // No test may make the server log an error or a panic.
  healthy: [
    async ({ server }, use) => {
      const before = server.log.length;
      await use();
      expect(server.log.slice(before).split("\n").filter((line) => / ERROR |panicked/.test(line))).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };
