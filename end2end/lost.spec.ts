// The flow with every kind of step, whose script is lost half-way: it panics, or the WASM is blocked, late or replaced by a
// new version. The customer sees a notice, loses nothing and continues with the browser's own forms.
import { servePanickingBundle, holdRequests, dropAnswers, notice } from "./bundle";
import { Customer } from "./customer";
import { Server } from "./server";
import { answers, demo, type Step } from "./answers";
import { expect, photo, test } from "./support";

test.use({ flow: demo });

const panicked = [/a forced panic/, /page error: (unreachable|.*a forced panic)/, /preload/];
const gone = /status of 404|page error: .*(fetch|import|WebAssembly)|preload|MIME type|net::ERR_/i;

test.describe("with script", { tag: "@script-on" }, () => {
  /** What the server has stored of a session. */
  async function stored(server: Server, session: string) {
    const shown = await server.shown(session);
    return { ...shown, fields: shown.artifacts.map(({ field }: { field: string }) => field).sort() };
  }
  const files = Object.keys(answers).filter((name) => name.endsWith("_url"));

  /** Expects the notice, and everything that was entered. */
  async function expectNotice(customer: Customer, step: Step) {
    await expect(customer.page.getByText(notice)).toBeVisible();
    await customer.expectEntered(step);
  }

  test("a panic on each step: a notice, nothing lost, and the session completes", async ({ customer, page, server, link }) => {
    test.slow();
    customer.allowConsole(...panicked);
    const panic = await servePanickingBundle(page);
    const kinds = ["submit", "input", "later", "mount", "input", "submit"];
    const steps = await customer.steps();
    expect(steps).toHaveLength(kinds.length);
    await page.goto(link.url);
    for (const [at, step] of steps.entries()) {
      await customer.expectStep(step.id);
      const kind = kinds[at];
      await page.goto(`${link.url}/${step.id}?panic=${kind}`);
      if (kind === "mount") {
        await expect(page.getByText(notice)).toBeVisible();
      } else {
        await customer.ready();
        await expect(page.getByText(notice)).toBeHidden();
      }
      for (const field of step.fields) await customer.enter(field);
      if (kind === "submit") await customer.pressContinue();
      if (kind === "later") await panic();
      await expectNotice(customer, step);
      await customer.pressContinue();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.formPosts()).toEqual(steps.map(({ id }) => `/${id}`));
    expect(customer.apiCalls().filter((call) => call.startsWith("PUT"))).toEqual([]);
    expect(await stored(server, link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0, fields: files.sort() });
  });

  test("what was typed before a script that panics at once is kept", async ({ customer, page, link }) => {
    customer.allowConsole(...panicked);
    await servePanickingBundle(page);
    const release = await holdRequests(page);
    const identity = await customer.step("identity");
    await page.goto(`${link.url}/identity?panic=mount`, { waitUntil: "domcontentloaded" });
    await customer.fill(identity);
    release();
    await expectNotice(customer, identity);
    await customer.pressContinue();
    await customer.expectStep("document");
    await customer.ready(); // The next page loads its script again.
    await expect(page.getByText(notice)).toBeHidden();
  });

  test("a panic while a step is being saved: Continue works again", async ({ customer, page, link }) => {
    customer.allowConsole(...panicked);
    const panic = await servePanickingBundle(page);
    const identity = await customer.step("identity");
    await page.goto(`${link.url}/identity?panic=later`);
    await customer.ready();
    await customer.fill(identity);
    const release = await holdRequests(page, "**/steps/*");
    await customer.pressContinue();
    await expect(customer.continue).toHaveText("Sending…");
    await panic();
    await expectNotice(customer, identity);
    await expect(customer.continue).toBeEnabled();
    await customer.pressContinue();
    await customer.expectStep("document");
    expect(customer.formPosts()).toEqual(["/identity"]);
    release();
  });

  for (const when of ["is being sent", "has arrived, but its answer has not", "is saved"]) {
    test(`a panic while the photo ${when}: one copy is kept`, async ({ customer, page, server, link }) => {
      customer.allowConsole(...panicked);
      const panic = await servePanickingBundle(page);
      await page.goto(`${link.url}/selfie?panic=later`);
      await customer.ready();
      let release = () => {};
      const held = new Promise<void>((done) => (release = done));
      let statuses: number[] = [];
      if (when === "is being sent") release = await holdRequests(page, "**/upload");
      else if (when !== "is saved") statuses = await dropAnswers(page, "*/upload", 1, held);
      await customer.selfie.setInputFiles(photo);
      if (when === "is saved") await customer.expectSavedPhoto();
      else await expect(customer.frame).toContainText("Sending");
      if (when.startsWith("has arrived")) await expect.poll(() => statuses).toEqual([201]);
      await panic();
      await expectNotice(customer, await customer.step("selfie"));
      await customer.pressContinue();
      await customer.expectStep("address");
      release();
      expect(await stored(server, link.sessionId)).toMatchObject({ fields: ["selfie_url"] });
      await customer.open("selfie");
      await customer.expectSavedPhoto();
    });
  }

  test("after a panic, Back shows the previous step as saved, without the draft of the step that was left", async ({ page, server }) => {
    const text = (name: string) => ({ id: name, type: "FORM", title: `Step ${name}`, fields: [{ name, type: "TEXT", label: `Label ${name}` }] });
    await server.importFlow({ name: "two-texts", steps: [text("one"), text("two")] });
    const customer = new Customer(page, await server.link("two-texts"), true);
    const panic = await servePanickingBundle(page);
    await customer.open();
    await page.getByLabel("Label one").fill("Saved");
    await customer.pressContinue();
    await customer.expectStep("two");
    await page.getByLabel("Label two").fill("Typed");
    await page.evaluate(() => history.replaceState(null, "", "?panic=later"));
    await panic();
    await expect(page.getByText(notice)).toBeVisible();
    await page.goBack();
    await customer.expectStep("one");
    await customer.ready();
    await expect(page.getByLabel("Label one")).toHaveValue("Saved");
  });

  test("the WASM is blocked after a reload: the browser's own forms complete the session", async ({ customer, page, server, link }) => {
    customer.allowConsole(gone);
    await customer.completeSteps("document");
    await page.route("**/*.wasm", (route) => route.abort());
    await page.reload();
    for (const step of (await customer.steps()).slice(2)) {
      await customer.expectStep(step.id);
      await expect(page.getByText(notice)).toBeVisible();
      for (const field of step.fields) await customer.enter(field);
      await customer.pressContinue();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.formPosts()).toEqual(["/document", "/selfie", "/address", "/review"]);
    expect(await stored(server, link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0, fields: files.sort() });
  });

  test("without script, a link in the error summary opens its field and loses nothing, whatever the address says", async ({ customer, page }) => {
    customer.allowConsole(gone, /status of 422/);
    await page.route("**/*.wasm", (route) => route.abort());
    for (const query of ["", "?lang=en"]) {
      await page.goto(`${customer.link.url}/identity${query}`);
      await customer.name.fill("User Name");
      await customer.pressContinue();
      await expect(page.getByText(notice)).toBeVisible();
      await customer.name.fill("Typed since");
      await customer.summary.getByRole("link", { name: "CPF" }).click();
      await expect(customer.cpf).toBeFocused();
      await expect(customer.summary).toBeVisible();
      await expect(customer.name).toHaveValue("Typed since");
    }
  });

  test("what was entered before the WASM arrived is kept, for every type of field", async ({ customer, page, link }) => {
    test.slow();
    customer.allowConsole(/preload/);
    const steps = await customer.steps();
    await page.goto(link.url);
    for (const step of steps) {
      await customer.expectStep(step.id);
      const release = await holdRequests(page);
      await page.reload({ waitUntil: "domcontentloaded" });
      for (const field of step.fields) await customer.enter(field);
      await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
      release();
      await customer.ready();
      await customer.expectEntered(step);
      await customer.pressContinue();
      await page.unrouteAll();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.formPosts()).toEqual([]);
  });

  test.describe("a new version replaces the old files", () => {
    let server: Server;
    test.beforeEach(async () => {
      server = new Server();
      await server.start();
      await server.importQuickDemo();
    });
    test.afterEach(() => server.stop());

    test("an open page continues, and the next page load uses the new version", async ({ page }) => {
      const customer = new Customer(page, await server.link(demo), true);
      const steps = await customer.steps();
      await customer.completeSteps("identity");
      const [old] = (await page.content()).match(/pkg[/]\w+/) ?? [];
      await server.deploy();
      expect((await page.request.get(`${server.origin}/${old}/flow_bg.wasm`)).status()).toBe(404);
      for (const step of steps.slice(1)) {
        await customer.expectStep(step.id);
        await customer.ready();
        await customer.fill(step);
        await customer.pressContinue();
      }
      await customer.expectStatus("COMPLETED");
      expect(await page.content()).toContain("/pkg/next/");
      expect(customer.formPosts()).toEqual([]);
      expect(await stored(server, customer.link.sessionId)).toMatchObject({ riskScore: 0, fields: files.sort() });
      customer.expectQuiet();
    });

    for (const [loaded, lost] of [["only its document", "**/pkg/**"], ["all but its WASM", "**/*.wasm"]]) {
      test(`a page that had loaded ${loaded}: the browser posts its form, and the next page has script again`, async ({ page }) => {
        const customer = new Customer(page, await server.link(demo), true);
        customer.allowConsole(gone);
        const release = await holdRequests(page, lost);
        const requested = page.waitForRequest(/flow_bg\.wasm$/);
        await page.goto(`${customer.link.url}/identity`, { waitUntil: lost === "**/*.wasm" ? "domcontentloaded" : "commit" });
        await requested;
        await server.deploy();
        release();
        if (lost === "**/*.wasm") await expect(page.getByText(notice)).toBeVisible();
        await customer.fill(await customer.step("identity"));
        await customer.pressContinue();
        await customer.expectStep("document");
        await customer.ready();
        await expect(page.getByText(notice)).toBeHidden();
        expect(await page.content()).toContain("/pkg/next/");
        expect(customer.formPosts()).toEqual(["/identity"]);
        customer.expectQuiet();
      });
    }
  });
});
