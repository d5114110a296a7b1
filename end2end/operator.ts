// An operator at the dashboard. The same methods work with and without script.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Server } from "./server";

export const password = "correct horse battery staple";
/** Chromium logs an error for a page with one of these statuses. */
export const refused = /status of (401|403|404|409|410|422)/;

export class Operator {
  email = "";
  private readonly noise: string[] = [];

  constructor(
    readonly page: Page,
    readonly server: Server,
    readonly hasScript: boolean,
  ) {
    page.on("pageerror", (error) => this.noise.push(`page error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && this.noise.push(message.text()));
    page.on("dialog", (dialog) => {
      this.noise.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /** Opens a new browser context where nobody is signed in. */
  static async signedOut(browser: Browser, server: Server, hasScript: boolean, options: object = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, isMobile: false, hasTouch: false, javaScriptEnabled: hasScript, ...options });
    return new Operator(await context.newPage(), server, hasScript);
  }

  /** Signs an administrator in, in a new browser context. */
  static admin(browser: Browser, server: Server, hasScript: boolean, options: object = {}) {
    return Operator.invited("ADMIN", browser, server, hasScript, options);
  }

  /** The same for any role. The e-mail starts with `name`. */
  static async invited(role: string, browser: Browser, server: Server, hasScript: boolean, options: object = {}, name = "") {
    const operator = await Operator.signedOut(browser, server, hasScript, options);
    operator.email = `${name}${crypto.randomUUID()}@acme.example`;
    const { inviteUrl } = await server.command("operator", "add", operator.email, "--role", role);
    await operator.page.goto(inviteUrl);
    await operator.choosePassword("Set password");
    await expect(operator.heading).toHaveText(/Sessions|Links/);
    return operator;
  }

  get heading() { return this.page.getByRole("heading", { level: 1 }); }
  get main() { return this.page.locator("main"); }

  button(name: string) {
    return this.main.getByRole("button", { name, exact: true });
  }

  /** Performs an action that cannot be undone: opens its warning and presses the button in it. */
  async confirm(name: string, within = this.main) {
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

  /** On a narrow screen, opens the menu with the navigation and the account. */
  async openMenu() {
    const menu = this.page.getByRole("button", { name: "Menu", exact: true });
    if (await menu.isVisible()) await menu.click();
  }

  async signOut() {
    await this.openMenu();
    await this.page.getByRole("button", { name: "Sign out" }).click();
  }

  mainLink(name: string) {
    return this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });
  }

  /** Creates a link of the flow `minimal` and stays on its page. */
  async createLink(customer = "") {
    await this.openMenu();
    await this.mainLink("Links").click();
    await this.field("Flow").selectOption("minimal");
    await this.field("Customer reference").fill(customer);
    await this.button("Create link").click();
    const url = await this.field("Link").inputValue();
    return { url, sessionId: new URL(url).pathname.split("/").at(-1)!, ref: new URL(this.page.url()).pathname.split("/").at(-1)! };
  }

  /** Returns a secret that this page shows, and expects the page not to show it when it is loaded again. */
  async takeSecretShownOnce(label: string) {
    const secret = await this.main.getByRole("textbox", { name: label, exact: true }).inputValue();
    expect(await this.page.content()).toContain(secret);
    await this.page.goto(this.page.url());
    expect(await this.page.content()).not.toContain(secret);
    return secret;
  }

  /** The file of a session in a list of files. */
  fileOf(ref: string) {
    return this.main.getByRole("listitem").filter({ has: this.page.locator(`a[href="/dashboard/sessions/${ref}"]`) });
  }

  /** A section of a session's page. */
  card(name: string) {
    return this.main.locator("section", { has: this.page.getByRole("heading", { level: 2, name, exact: true }) });
  }

  /** Waits until the page shows a text by itself, by script or because it reloads. */
  async waitForText(text: string, within = this.main) {
    await expect(within).toContainText(text, { timeout: 20_000 });
  }

  expectQuiet(...tolerated: RegExp[]) {
    expect(this.noise.filter((noise) => !tolerated.some((known) => known.test(noise)))).toEqual([]);
  }
}
