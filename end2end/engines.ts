// Browsers that Playwright does not drive, with the few commands that a customer needs: Firefox by WebDriver BiDi, and
// WebKitGTK, the closest to an iPhone on Debian, by plain WebDriver on a virtual screen.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import puppeteer, { type ElementHandle } from "puppeteer-core";
import type { Act } from "./answers";

/** How long a browser may take to show something, in milliseconds. */
const TIMEOUT_MS = 20_000;
const miniBrowser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

export interface Engine {
  open(url: string): Promise<void>;
  /** Fills, ticks, or chooses a file. */
  act(act: Act): Promise<void>;
  press(selector: string): Promise<void>;
  /** Waits until an element matches the selector. */
  see(selector: string): Promise<void>;
  /** Errors and warnings of the console, where the driver reports them. */
  complaints: string[];
  close(): Promise<void>;
}

export async function firefox(): Promise<Engine> {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", defaultViewport: { width: 390, height: 844 } });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.setDefaultTimeout(TIMEOUT_MS);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const find = async (selector: string) => {
    const found = await page.waitForSelector(selector);
    if (!found) throw new Error(`no element matches ${selector}`);
    return found as ElementHandle<HTMLInputElement>;
  };
  return {
    complaints,
    open: async (url) => void (await page.goto(url)),
    async act({ kind, selector, value }) {
      if (kind === "fill") await page.locator(selector).fill(value);
      else if (kind === "tick") await (await find(selector)).click();
      else await (await find(selector)).uploadFile(value);
    },
    press: async (selector) => (await find(selector)).click(),
    see: async (selector) => void (await find(selector)),
    close: () => browser.close(),
  };
}

/** A free port. */
async function freePort() {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, "close");
  return port;
}

/** Starts a virtual screen and returns its number. */
async function screen(children: ChildProcess[]) {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "800x900x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  children.push(server);
  const [number] = await once(createInterface(server.stdio[3] as NodeJS.ReadableStream), "line");
  return `:${number}`;
}

export async function webkit({ script }: { script: boolean }): Promise<Engine> {
  const children: ChildProcess[] = [];
  const kill = () => children.forEach((child) => child.kill("SIGKILL"));
  process.once("exit", kill);
  const port = await freePort();
  // The locale decides in which order a date is typed.
  const env = { ...process.env, DISPLAY: await screen(children), GTK_A11Y: "none", LC_ALL: "C.UTF-8" };
  children.push(spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" }));

  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  const retry = async <T>(attempt: () => Promise<T>): Promise<T> => {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > end) throw error;
        await new Promise((soon) => setTimeout(soon, 100));
      }
    }
  };
  await retry(() => call("GET", "/status"));
  const args = ["--automation", ...(script ? [] : ["--enable-javascript-markup=false"])];
  const wanted = { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: miniBrowser, args } };
  const session = `/session/${(await call("POST", "/session", { capabilities: { alwaysMatch: wanted } })).sessionId}`;
  const find = (selector: string) =>
    retry(async () => `${session}/element/${Object.values(await call("POST", `${session}/element`, { using: "css selector", value: selector }))[0]}`);
  const press = async (selector: string) => call("POST", `${await find(selector)}/click`, {});
  return {
    complaints: [],
    open: (url) => call("POST", `${session}/url`, { url }),
    async act({ kind, selector, value }) {
      if (kind === "tick") return press(selector);
      const element = await find(selector);
      if (kind === "choose") return call("POST", `${element}/value`, { text: value });
      await call("POST", `${element}/clear`, {});
      // WebKit types into the parts of a date as a person does, here an American.
      const date = (await call("GET", `${element}/attribute/type`)) === "date";
      await call("POST", `${element}/value`, { text: date ? value.replace(/^(\d+)-(\d+)-(\d+)$/, "$2/$3/$1") : value });
      // The last keys may arrive after the answer.
      await retry(async () => {
        const typed = await call("GET", `${element}/property/value`);
        if (typed !== value) throw new Error(`${selector} holds ${typed} instead of ${value}`);
      });
    },
    press,
    see: async (selector) => void (await find(selector)),
    async close() {
      await call("DELETE", session);
      for (const child of children.reverse()) {
        child.kill();
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
      process.off("exit", kill);
    },
  };
}
