// An operator at a desk, with script or without: the same words work both ways.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Server } from "./support";

export const password = "correct horse battery staple";

export class Operator {
  email = "";
  private readonly noise: string[] = [];

  constructor(
    readonly page: Page,
    readonly server: Server,
    readonly scripted: boolean,
  ) {
    page.on("pageerror", (error) => this.noise.push(`page error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && this.noise.push(message.text()));
    page.on("dialog", (dialog) => {
      this.noise.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /** Somebody at a desk of their own. */
  static async at(browser: Browser, server: Server, scripted: boolean, options: object = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, isMobile: false, hasTouch: false, javaScriptEnabled: scripted, ...options });
    return new Operator(await context.newPage(), server, scripted);
  }

  /** An administrator at a desk of their own, signed in. */
  static admin(browser: Browser, server: Server, scripted: boolean, options: object = {}) {
    return Operator.invited("ADMIN", browser, server, scripted, options);
  }

  /** The same in any role, under any name. */
  static async invited(role: string, browser: Browser, server: Server, scripted: boolean, options: object = {}, name = "") {
    const operator = await Operator.at(browser, server, scripted, options);
    operator.email = `${name}${crypto.randomUUID()}@acme.example`;
    const { inviteUrl } = await server.command("operator", "add", operator.email, "--role", role);
    await operator.page.goto(inviteUrl);
    await operator.choosePassword("Set password");
    await expect(operator.page.getByRole("button", { name: "Sign out" })).toBeVisible();
    return operator;
  }

  get heading() { return this.page.getByRole("heading", { level: 1 }); }
  get main() { return this.page.locator("main"); }

  button(name: string) {
    return this.main.getByRole("button", { name, exact: true });
  }

  /** Does what cannot be undone: opens what says so, and presses the button in it. */
  async finally(name: string, within = this.main) {
    const details = within.locator("details.final").filter({ hasText: name });
    await expect(within.getByRole("button", { name })).toHaveCount(0);
    await details.locator("summary").click();
    await expect(details).toContainText("This cannot be undone.");
    await details.getByRole("button", { name }).click();
  }

  field(name: string) {
    return this.main.getByLabel(name, { exact: true });
  }

  open(path: string) {
    return this.page.goto(`${this.server.origin}/dashboard${path}`);
  }

  async choosePassword(button: string) {
    await this.field("Password").fill(password);
    await this.field("Password again").fill(password);
    await this.button(button).click();
  }

  async signIn(email: string, typed = password) {
    await this.field("E-mail").fill(email);
    await this.field("Password").fill(typed);
    await this.button("Sign in").click();
  }

  signOut() {
    return this.page.getByRole("button", { name: "Sign out" }).click();
  }

  part(name: string) {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
  }

  /** The link of a new session of the flow `minimal`, on its page. */
  async createLink(customer = "") {
    await this.part("Links").click();
    await this.field("Flow").selectOption("minimal");
    await this.field("Customer reference").fill(customer);
    await this.button("Create link").click();
    const url = await this.field("Link").inputValue();
    return { url, sessionId: new URL(url).pathname.split("/").at(-1)!, ref: new URL(this.page.url()).pathname.split("/").at(-1)! };
  }

  /** What is shown once: it stands in the page that made it, and no more in the one of the same address. */
  async takeOnce(label: string) {
    const secret = await this.main.getByRole("textbox", { name: label, exact: true }).inputValue();
    expect(await this.page.content()).toContain(secret);
    await this.page.goto(this.page.url());
    expect(await this.page.content()).not.toContain(secret);
    return secret;
  }

  /** A file of a session, where files of several are listed. */
  fileOf(ref: string) {
    return this.main.getByRole("listitem").filter({ has: this.page.locator(`a[href="/dashboard/sessions/${ref}"]`) });
  }

  /** A section of a session's page. */
  card(name: string) {
    return this.main.locator("section", { has: this.page.getByRole("heading", { level: 2, name, exact: true }) });
  }

  /** The page by itself comes to show a text; it has script, or loads itself again. */
  async sees(text: string, within = this.main) {
    await expect(within).toContainText(text, { timeout: 20_000 });
  }

  expectQuiet(...tolerated: RegExp[]) {
    expect(this.noise.filter((noise) => !tolerated.some((known) => known.test(noise)))).toEqual([]);
  }
}
