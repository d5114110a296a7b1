// A customer with one device. The same words work with script and without: what differs is only how a page tells that it
// is ready, and where a fault is looked for.
import { basename } from "node:path";
import { expect, type Page, type Request } from "@playwright/test";
import { act, answers, type Field, honest, type Step, stepsOf } from "./story";
import type { Link, Server } from "./support";

export { honest } from "./story";
/** How wide the pictures of the answers are: which of them a page shows. */
const widths: Record<string, number> = { "front.jpg": 1000, "back.jpg": 960, "person.jpg": 800 };
/** Eleven digits, wrong check digits: well-formed, and doubtful. */
export const doubtfulCpf = "123.456.789-00";

export class Customer {
  /** Every request of the page, in order. */
  readonly requests: Request[] = [];
  private readonly noise: string[] = [];
  private readonly tolerated: RegExp[] = [];
  private known?: Promise<Step[]>;

  constructor(
    readonly page: Page,
    readonly link: Link,
    readonly scripted: boolean,
  ) {
    if (!scripted) this.tolerate(/was preloaded using link preload but not used/);
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

  /** Opens the link, or a step of it. */
  async open(step = "", query = "") {
    await this.page.goto(`${this.link.url}${step && `/${step}`}${query}`);
    await this.ready();
  }

  /** The island has taken over, where there is one. */
  async ready() {
    if (this.scripted) await this.page.locator("body[data-hydrated], main[data-status]").first().waitFor();
  }

  async reload() {
    await this.page.reload();
    await this.ready();
  }

  async fillIdentity({ name, cpf } = honest) {
    await this.name.fill(name);
    await this.cpf.fill(cpf);
  }

  /** Presses Continue, or Submit on the last step. */
  async goOn() {
    await this.continue.click();
  }

  /** Posts the form as the browser does where the script has failed. */
  async postNatively() {
    const answer = this.page.waitForEvent("domcontentloaded");
    await this.page.locator("form.sheet").evaluate((form: HTMLFormElement) => form.submit());
    await answer;
    await this.ready();
  }

  /** Chooses a file; with script, waits for what comes of it. */
  async choosePhoto(file: Parameters<Page["setInputFiles"]>[1], input = this.selfie) {
    await input.setInputFiles(file);
    if (this.scripted) await expect(this.frame.locator(".ok, .fault")).toBeVisible();
  }

  /** As far as the selfie. */
  async reachSelfie() {
    await this.open();
    await this.fillIdentity();
    await this.goOn();
    await this.expectStep("selfie");
    await this.ready();
  }

  /** The flow's steps, in English. */
  steps() {
    return (this.known ??= stepsOf(this.link));
  }

  async step(id: string) {
    const found = (await this.steps()).find((step) => step.id === id);
    if (!found) throw new Error(`the flow has no step ${id}`);
    return found;
  }

  /** The frame of an ARTIFACT field. */
  frameOf({ name }: Field) {
    return this.page.locator(".photo").filter({ has: this.page.locator(`#field-${name}`) });
  }

  /** Answers one field; a file is waited for, where it is sent at once. */
  async answer(field: Field, what?: string) {
    await this.enter(field, what);
    if (field.type === "ARTIFACT" && this.scripted) await expect(this.frameOf(field).locator(".ok")).toBeVisible();
  }

  /** Types, ticks or chooses, and waits for nothing: the page's script may be late or dead. */
  async enter(field: Field, what?: string) {
    const { kind, where, what: value } = act(field, what);
    const control = this.page.locator(where);
    if (kind === "fill") await control.fill(value);
    else if (kind === "tick") await control.check();
    else await control.setInputFiles(value);
  }

  /** Answers the whole step that is shown. */
  async fill({ fields }: Step) {
    for (const field of fields) await this.answer(field);
  }

  /** Has the server keep the files that are chosen: with script it has them, without it gets them with any button. */
  async keepFiles() {
    if (!this.scripted) await this.page.getByRole("button", { name: "English" }).click();
  }

  /** From the step that the link leads to as far as another, or to the end of the flow. */
  async walk(to?: string) {
    const steps = await this.steps();
    await this.open();
    const first = steps.findIndex(({ id }) => new URL(this.page.url()).pathname.endsWith(`/${id}`));
    for (const step of steps.slice(first)) {
      await this.expectStep(step.id);
      await this.ready();
      if (step.id === to) return;
      await this.fill(step);
      await this.goOn();
    }
    await this.expectStatus("COMPLETED");
  }

  /** The step shows what was answered, each picture in its place. */
  async expectAnswered({ fields }: Step, given = answers) {
    for (const field of fields) {
      const { kind, where, what } = act(field, given[field.name]);
      if (kind === "fill") await expect(this.page.locator(where)).toHaveValue(what);
      else if (kind === "tick") await expect(this.page.locator(where)).toBeChecked();
      else {
        const frame = this.frameOf(field);
        await expect(frame.locator(".ok")).toBeVisible();
        const width = widths[basename(what)];
        if (width) await expect.poll(() => frame.locator("img").evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(width);
        else await expect(frame.locator("img")).toHaveAttribute("src", "/file.svg");
      }
    }
  }

  /** The form holds what was typed, ticked and chosen: the browser would send it. */
  async expectEntered({ fields }: Step) {
    for (const field of fields) {
      const { kind, where, what } = act(field);
      const control = this.page.locator(where);
      if (kind === "fill") await expect(control).toHaveValue(what);
      else if (kind === "tick") await expect(control).toBeChecked();
      else expect(await control.evaluate((input: HTMLInputElement) => input.files?.[0]?.name)).toBe(basename(what));
    }
  }

  /** The step's page, by its address, its form and its first field. */
  async expectStep(id: string) {
    await expect(this.page).toHaveURL(new RegExp(`^${this.link.url}/${id}([?]|$)`));
    await expect(this.page.locator("form.sheet")).toHaveAttribute("action", new RegExp(`^/verify/${this.link.sessionId}/${id}([?]|$)`));
    const [first] = (await this.step(id)).fields;
    if (first) await expect(this.page.locator(`#field-${first.name}`)).toBeAttached();
  }

  async expectStatus(status: string) {
    await expect(this.main).toHaveAttribute("data-status", status, { timeout: 20_000 });
  }

  /** Submits, and shows the page of the time between, for as long as it is looked at. */
  async expectProcessing(server: Server, before: string[]) {
    const letGo = server.holdChecks(before);
    await this.goOn();
    await this.expectStatus("PROCESSING");
    const page = await this.page.request.get(this.link.url);
    expect(await page.text()).toContain('data-status="PROCESSING"');
    const response = { status: 200, headers: page.headers(), body: await page.body() };
    await this.page.route(this.link.url, (route) => route.fulfill(response));
    await this.page.route("**/public", (route) => route.fulfill({ json: { status: "PROCESSING" } }));
    letGo();
    await this.page.goto(this.link.url);
    await this.expectStatus("PROCESSING");
  }

  /** The photo is there to be seen: the server's copy or the one just taken. */
  async expectSavedPhoto() {
    await expect(this.frame).toContainText("Saved");
    const picture = this.frame.getByRole("img", { name: "Your photo" });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(800);
  }

  /** What was wrong, as the summary lists it. */
  async expectFaults(...faults: string[]) {
    await expect(this.summary.getByRole("link")).toHaveText(faults);
  }

  /** What the island asked the server for: not a document, nor one of its files. */
  calls() {
    const mine = this.requests.filter((request) => ["fetch", "xhr"].includes(request.resourceType()));
    const path = `/kyc-sessions/${this.link.sessionId}`;
    return mine.map((r) => `${r.method()} ${new URL(r.url()).pathname.replace(path, "")}`).filter((call) => !call.includes("/pkg/"));
  }

  /** The forms that the browser itself posted. */
  posts() {
    const posts = this.requests.filter((request) => request.isNavigationRequest() && request.method() === "POST");
    return posts.map((request) => new URL(request.url()).pathname.replace(`/verify/${this.link.sessionId}`, ""));
  }

  /** A console message that belongs to the story, such as the browser's own line about an answer of 422. */
  tolerate(...noise: RegExp[]) {
    this.tolerated.push(...noise);
  }

  /** Nothing was asked of anybody else, and the console stayed empty. */
  expectQuiet() {
    const origin = new URL(this.link.url).origin;
    const foreign = this.requests.map((request) => request.url()).filter((url) => !/^(blob|data):/.test(url) && new URL(url).origin !== origin);
    expect(foreign, "requests to others").toEqual([]);
    expect(this.noise.filter((text) => !this.tolerated.some((known) => known.test(text))), "the console").toEqual([]);
  }
}
