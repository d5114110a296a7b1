// A customer with one device. The same methods work with and without script: only the signs that a page is ready and the
// place of a fault differ.
import { basename } from "node:path";
import { expect, type Page, type Request } from "@playwright/test";
import type { Link, Server } from "./server";
import { act, answers, type Field, validIdentity, type Step, stepsOf } from "./answers";

export { validIdentity } from "./answers";
/** The width of each photo, which identifies the photo that a page shows. */
const widths: Record<string, number> = { "front.jpg": 1000, "back.jpg": 960, "person.jpg": 800 };
/** A well-formed CPF with wrong check digits. */
export const invalidCpf = "123.456.789-00";

export class Customer {
  /** Every request that the page made, in order. */
  readonly requests: Request[] = [];
  private readonly noise: string[] = [];
  private readonly tolerated: RegExp[] = [];
  private loadedSteps?: Promise<Step[]>;

  constructor(
    readonly page: Page,
    readonly link: Link,
    readonly hasScript: boolean,
  ) {
    if (!hasScript) this.allowConsole(/was preloaded using link preload but not used/);
    page.on("request", (request) => this.requests.push(request));
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && this.noise.push(message.text()));
    page.on("pageerror", (error) => this.noise.push(`page error: ${error.message}`));
  }

  get name() { return this.page.locator("#field-name"); }
  get cpf() { return this.page.locator("#field-cpf"); }
  get selfie() { return this.page.locator("#field-selfie_url-file"); }
  get camera() { return this.page.locator("#field-selfie_url"); }
  get frame() { return this.page.locator(".photo"); }
  get summary() { return this.page.locator(".summary"); }
  get main() { return this.page.locator("main"); }
  get continue() { return this.page.locator("button.primary"); }

  /** Opens the link or one of its steps. */
  async open(step = "", query = "") {
    await this.page.goto(`${this.link.url}${step && `/${step}`}${query}`);
    await this.ready();
  }

  /** Waits until the page is hydrated, where it has script. */
  async ready() {
    if (this.hasScript) await this.page.locator("body[data-hydrated], main[data-status]").first().waitFor();
  }

  async reload() {
    await this.page.reload();
    await this.ready();
  }

  async fillIdentity({ name, cpf } = validIdentity) {
    await this.name.fill(name);
    await this.cpf.fill(cpf);
  }

  /** Presses Continue, or Submit on the last step. */
  async pressContinue() {
    await this.continue.click();
  }

  /** Posts the form as the browser does when the script has failed. */
  async postNatively() {
    const answer = this.page.waitForEvent("domcontentloaded");
    await this.page.locator("form.sheet").evaluate((form: HTMLFormElement) => form.submit());
    await answer;
    await this.ready();
  }

  /** Chooses a file. With script it also waits for the result of the upload. */
  async choosePhoto(file: Parameters<Page["setInputFiles"]>[1], input = this.selfie) {
    await input.setInputFiles(file);
    if (this.hasScript) await expect(this.frame.locator(".ok, .fault")).toBeVisible();
  }

  /** Completes the first step and waits for the selfie step. */
  async reachSelfie() {
    await this.open();
    await this.fillIdentity();
    await this.pressContinue();
    await this.expectStep("selfie");
    await this.ready();
  }

  /** The flow's steps, in English. */
  steps() {
    return (this.loadedSteps ??= stepsOf(this.link));
  }

  async step(id: string) {
    const found = (await this.steps()).find((step) => step.id === id);
    if (!found) throw new Error(`the flow has no step ${id}`);
    return found;
  }

  /** The frame around the photo of an ARTIFACT field. */
  frameOf({ name }: Field) {
    return this.page.locator(".photo").filter({ has: this.page.locator(`#field-${name}`) });
  }

  /** Answers one field. Where a file is uploaded at once, it waits for the upload. */
  async answer(field: Field, value?: string) {
    await this.enter(field, value);
    if (field.type === "ARTIFACT" && this.hasScript) await expect(this.frameOf(field).locator(".ok")).toBeVisible();
  }

  /** Types, ticks or chooses a file, and does not wait: the page's script may be late or dead. */
  async enter(field: Field, given?: string) {
    const { kind, selector, value } = act(field, given);
    const control = this.page.locator(selector);
    if (kind === "fill") await control.fill(value);
    else if (kind === "tick") await control.check();
    else await control.setInputFiles(value);
  }

  /** Answers every field of a step. */
  async fill({ fields }: Step) {
    for (const field of fields) await this.answer(field);
  }

  /** Uploads the chosen files. With script they are already uploaded; without it any button sends them. */
  async keepFiles() {
    if (!this.hasScript) await this.page.getByRole("button", { name: "English" }).click();
  }

  /** Completes the steps from the one that the link opens up to another one, or to the end of the flow. */
  async completeSteps(to?: string) {
    const steps = await this.steps();
    await this.open();
    const first = steps.findIndex(({ id }) => new URL(this.page.url()).pathname.endsWith(`/${id}`));
    for (const step of steps.slice(first)) {
      await this.expectStep(step.id);
      await this.ready();
      if (step.id === to) return;
      await this.fill(step);
      await this.pressContinue();
    }
    await this.expectStatus("COMPLETED");
  }

  /** Expects the step to show the saved answers, each photo in its field. */
  async expectAnswered({ fields }: Step, given = answers) {
    for (const field of fields) {
      const { kind, selector, value } = act(field, given[field.name]);
      if (kind === "fill") await expect(this.page.locator(selector)).toHaveValue(value);
      else if (kind === "tick") await expect(this.page.locator(selector)).toBeChecked();
      else {
        const frame = this.frameOf(field);
        await expect(frame.locator(".ok")).toBeVisible();
        const width = widths[basename(value)];
        if (width) await expect.poll(() => frame.locator("img").evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(width);
        else await expect(frame.locator("img")).toHaveAttribute("src", "/file.svg");
      }
    }
  }

  /** Expects the form to hold what was typed, ticked and chosen, so that the browser would send it. */
  async expectEntered({ fields }: Step) {
    for (const field of fields) {
      const { kind, selector, value } = act(field);
      const control = this.page.locator(selector);
      if (kind === "fill") await expect(control).toHaveValue(value);
      else if (kind === "tick") await expect(control).toBeChecked();
      else expect(await control.evaluate((input: HTMLInputElement) => input.files?.[0]?.name)).toBe(basename(value));
    }
  }

  /** Expects the page of a step: its address, its form and its first field. */
  async expectStep(id: string) {
    await expect(this.page).toHaveURL(new RegExp(`^${this.link.url}/${id}([?]|$)`));
    await expect(this.page.locator("form.sheet")).toHaveAttribute("action", new RegExp(`^/verify/${this.link.sessionId}/${id}([?]|$)`));
    const [first] = (await this.step(id)).fields;
    if (first) await expect(this.page.locator(`#field-${first.name}`)).toBeAttached();
  }

  async expectStatus(status: string) {
    await expect(this.main).toHaveAttribute("data-status", status, { timeout: 20_000 });
  }

  /** Submits, and keeps the PROCESSING page open until the test unroutes it. */
  async expectProcessing(server: Server, before: string[]) {
    const release = server.blockChecks(before);
    await this.pressContinue();
    await this.expectStatus("PROCESSING");
    const page = await this.page.request.get(this.link.url);
    expect(await page.text()).toContain('data-status="PROCESSING"');
    const response = { status: 200, headers: page.headers(), body: await page.body() };
    await this.page.route(this.link.url, (route) => route.fulfill(response));
    await this.page.route("**/public", (route) => route.fulfill({ json: { status: "PROCESSING" } }));
    release();
    await this.page.goto(this.link.url);
    await this.expectStatus("PROCESSING");
  }

  /** Expects the page to show the photo: the server's copy or the one just taken. */
  async expectSavedPhoto() {
    await expect(this.frame).toContainText("Saved");
    const picture = this.frame.getByRole("img", { name: "Your photo" });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(800);
  }

  /** Expects the error summary to list these faults. */
  async expectFaults(...faults: string[]) {
    await expect(this.summary.getByRole("link")).toHaveText(faults);
  }

  /** The API requests of the island, without documents and static files. */
  apiCalls() {
    const mine = this.requests.filter((request) => ["fetch", "xhr"].includes(request.resourceType()));
    const path = `/kyc-sessions/${this.link.sessionId}`;
    return mine.map((r) => `${r.method()} ${new URL(r.url()).pathname.replace(path, "")}`).filter((call) => !call.includes("/pkg/"));
  }

  /** The paths of the forms that the browser itself posted. */
  formPosts() {
    const posts = this.requests.filter((request) => request.isNavigationRequest() && request.method() === "POST");
    return posts.map((request) => new URL(request.url()).pathname.replace(`/verify/${this.link.sessionId}`, ""));
  }

  /** Allows console messages that the test causes, such as the browser's own line about an answer of 422. */
  allowConsole(...noise: RegExp[]) {
    this.tolerated.push(...noise);
  }

  /** Expects no request to another origin and no other console message. */
  expectQuiet() {
    const origin = new URL(this.link.url).origin;
    const foreign = this.requests.map((request) => request.url()).filter((url) => !/^(blob|data):/.test(url) && new URL(url).origin !== origin);
    expect(foreign, "requests to other origins").toEqual([]);
    expect(this.noise.filter((text) => !this.tolerated.some((known) => known.test(text))), "console messages").toEqual([]);
  }
}
