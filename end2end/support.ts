// What every spec stands on: the real binary in a folder of its own, its command line, a company's backend that waits for
// webhooks, and one customer with a fresh link. One server a worker.
import { test as base, expect, type Page } from "@playwright/test";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { Customer } from "./customer";

export const root = resolve(import.meta.dirname, "..");
const binary = process.env.FLOW_SESSIONS_BIN ?? join(root, "target/release/flow-sessions");

export { photo, smallPhoto } from "./story";

export type Link = { sessionId: string; url: string; expiresAt: string };

/** A running `flow-sessions serve` and its command line. */
export class Server {
  origin = "";
  log = "";
  /** What it printed, by lines. */
  readonly said: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "flow-end2end-"));
  private child?: ChildProcess;
  private site?: string;
  private readonly kill = () => this.child?.kill("SIGKILL");

  async start() {
    const child = spawn(binary, ["serve"], { env: this.settings(), stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    process.once("exit", this.kill);
    child.stderr.on("data", (chunk) => (this.log += chunk));
    const gone = once(child, "exit").then(([code]) => Promise.reject(new Error(`serve ended with ${code}: ${this.log}`)));
    gone.catch(() => {});
    const lines = createInterface(child.stdout);
    lines.on("line", (line) => this.said.push(line));
    const [line] = await Promise.race([once(lines, "line"), gone]);
    const listening = /^listening on (http:\/\/\S+)$/.exec(line);
    if (!listening) throw new Error(`serve said: ${line}`);
    this.origin = listening[1];
  }

  /** A command with `--json`, as an operator gives it beside the running server. */
  async command(...args: string[]) {
    return JSON.parse((await promisify(execFile)(binary, [...args, "--json"], { env: this.settings() })).stdout);
  }

  link(flow = "minimal", ...more: string[]): Promise<Link> {
    return this.command("link", "create", "--flow", flow, ...more);
  }

  /** Imports a flow; what the command says of it. */
  importFlow(flow: { name: string; steps: object[]; branding?: object; returnUrls?: string[] }): Promise<{ notes: string[] }> {
    const file = join(this.folder, `${flow.name}.json`);
    writeFileSync(file, JSON.stringify(flow));
    return this.command("flow", "import", file);
  }

  /** Puts a new version in the place of this one: the same site under another build's name, and none of the old files. */
  async deploy() {
    const site = join(this.folder, "site");
    cpSync(join(root, "target/site"), site, { recursive: true });
    renameSync(join(site, "pkg", readFileSync(join(site, "build"), "utf8").trim()), join(site, "pkg/next"));
    writeFileSync(join(site, "build"), "next");
    await this.end();
    this.site = site;
    await this.start();
  }

  /** Makes the newest stored file unreadable, so that a check of it is tried again and its session waits, until called. */
  holdChecks(before: string[]) {
    const [file, ...more] = this.artifacts().filter((path) => !before.includes(path));
    expect(more).toEqual([]);
    renameSync(file, `${file}.aside`);
    symlinkSync(file, file);
    return () => {
      unlinkSync(file);
      renameSync(`${file}.aside`, file);
    };
  }

  /** The stored files, each a path. */
  artifacts() {
    const entries = readdirSync(join(this.folder, "artifacts"), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  async stop() {
    await this.end();
    rmSync(this.folder, { recursive: true });
  }

  private async end() {
    const { child } = this;
    if (child && child.exitCode === null) {
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      expect(code, "SIGTERM ends well").toBe(0);
    }
    process.off("exit", this.kill);
  }

  private settings(): NodeJS.ProcessEnv {
    const listen = this.origin ? new URL(this.origin).host : "127.0.0.1:0";
    const own = { FLOW_LISTEN: listen, FLOW_DATA_DIR: this.folder, FLOW_WEBHOOK_ALLOW_NETS: "127.0.0.0/8", FLOW_RATE_LIMITS: "off" };
    return { PATH: process.env.PATH, ...own, ...(this.site && { FLOW_SITE_DIR: this.site }) };
  }
}

/** A company's backend. It takes every event and keeps it as it came. */
export class Receiver {
  secret = "";
  private readonly got: { headers: IncomingHttpHeaders; body: string }[] = [];
  private readonly http: HttpServer = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    this.got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end();
  });

  async start() {
    await once(this.http.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/events`;
  }

  /** The only event about a session, once `standardwebhooks` has accepted its signature. */
  onlyEvent(session: string) {
    return this.event(session);
  }

  /** The same of one type. */
  async event(session: string, type = "") {
    const about = () => this.got.filter(({ body }) => body.includes(session) && body.includes(`"type":"${type}`));
    await expect.poll(() => about().length, { message: "a webhook arrives", timeout: 20_000 }).toBe(1);
    const [{ headers, body }] = about();
    new Webhook(this.secret).verify(body, headers as Record<string, string>);
    return JSON.parse(body);
  }

  async stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** Loses the first answers to some requests, once `held` has come about: the server got each request and gave its answer.
 *  The statuses of all the answers so far. */
export async function loseAnswers(page: Page, urlPattern: string, times: number, held = Promise.resolve()) {
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

type PerTest = { flow: string; link: Link; customer: Customer; otherDevice: Customer; healthy: void };
type PerWorker = { server: Server; backend: Receiver };

export const test = base.extend<PerTest, PerWorker>({
  server: [
    async ({}, use) => {
      const server = new Server();
      await server.start();
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
  // Whatever a test does, the server has nothing to be ashamed of in its log.
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
