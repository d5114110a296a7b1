// The server under test: the real binary in a folder of its own, and its command line.
import { expect } from "@playwright/test";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "..");
const binary = process.env.FLOW_SESSIONS_BIN ?? join(root, "target/release/flow-sessions");

export type Link = { sessionId: string; url: string; expiresAt: string };

/** A running `flow-sessions serve` and its command line. */
export class Server {
  origin = "";
  log = "";
  /** The lines that it printed. */
  readonly stdout: string[] = [];
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
    lines.on("line", (line) => this.stdout.push(line));
    const [line] = await Promise.race([once(lines, "line"), gone]);
    const listening = /^listening on (http:\/\/\S+)$/.exec(line);
    if (!listening) throw new Error(`serve printed: ${line}`);
    this.origin = listening[1];
  }

  /** Runs a command with `--json` while the server runs. */
  async command(...args: string[]) {
    return JSON.parse((await promisify(execFile)(binary, [...args, "--json"], { env: this.settings() })).stdout);
  }

  link(flow = "minimal", ...more: string[]): Promise<Link> {
    return this.command("link", "create", "--flow", flow, ...more);
  }

  /** What the command line shows of a session. */
  shown(session: string) {
    return this.command("session", "show", session);
  }

  /** Waits until a session has this status. */
  async waitFor(status: string, session: string) {
    await expect.poll(async () => (await this.shown(session)).status).toBe(status);
  }

  /** Imports a flow and returns the command's answer. */
  importFlow(flow: { name: string; steps: object[]; sandbox?: boolean; checks?: string[]; branding?: object; returnUrls?: string[]; allowedOrigins?: string[] }): Promise<{ notes: string[] }> {
    const file = join(this.folder, `${flow.name}.json`);
    writeFileSync(file, JSON.stringify(flow));
    return this.command("flow", "import", file);
  }

  /** Imports `demo` anew without the checks that look at photos, which takes seconds. `documents.spec.ts` is about those; other stories do without. */
  async importQuickDemo() {
    await this.importFlow({ ...(await this.command("flow", "export", "demo")), sandbox: false, checks: ["cpf", "evidence", "metadata", "duplicate"] });
  }

  /** Deploys a new version: the same site under another build name, without the old files. */
  async deploy() {
    const site = join(this.folder, "site");
    cpSync(join(root, "target/site"), site, { recursive: true });
    renameSync(join(site, "pkg", readFileSync(join(site, "build"), "utf8").trim()), join(site, "pkg/next"));
    writeFileSync(join(site, "build"), "next");
    await this.end();
    this.site = site;
    await this.start();
  }

  /** Sends what a company's own app sends: all user data at once. Waits for COMPLETED. */
  async complete(session: string, userData: Record<string, string>) {
    const body = JSON.stringify({ userData });
    const answer = await fetch(`${this.origin}/kyc-sessions/${session}/complete`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(answer.status).toBe(202);
    await this.waitFor("COMPLETED", session);
  }

  /** Makes the newest stored file unreadable, so that its check is retried and the session waits until the returned function
   *  is called. */
  blockChecks(before: string[]) {
    const [file, ...more] = this.artifacts().filter((path) => !before.includes(path));
    expect(more).toEqual([]);
    renameSync(file, `${file}.aside`);
    symlinkSync(file, file);
    return () => {
      unlinkSync(file);
      renameSync(`${file}.aside`, file);
    };
  }

  /** The paths of the stored files. */
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
      expect(code, "the exit code after SIGTERM").toBe(0);
    }
    process.off("exit", this.kill);
  }

  private settings(): NodeJS.ProcessEnv {
    const listen = this.origin ? new URL(this.origin).host : "127.0.0.1:0";
    const own = { FLOW_LISTEN: listen, FLOW_DATA_DIR: this.folder, FLOW_WEBHOOK_ALLOW_NETS: "127.0.0.0/8", FLOW_RATE_LIMITS: "off" };
    return { PATH: process.env.PATH, ...own, ...(this.site && { FLOW_SITE_DIR: this.site }) };
  }
}
