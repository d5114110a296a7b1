// The flow with every kind of step, its script lost half-way: a panic on each step, the WASM blocked, late, or gone with the
// version it belonged to. The customer is told, loses nothing and goes on by the browser's own forms.
import { bringPanics, hold, notice } from "./bundle";
import { Customer } from "./customer";
import { answers, demo, type Step } from "./story";
import { expect, loseAnswers, photo, Server, test } from "./support";

test.use({ flow: demo });

const panicked = [/a forced panic/, /page error: (unreachable|.*a forced panic)/, /preload/];
const gone = /status of 404|page error: .*(fetch|import|WebAssembly)|preload|MIME type|net::ERR_/i;

test.describe("with script", { tag: "@script-on" }, () => {
  /** What the server has of a session. */
  async function stored(server: Server, session: string) {
    const shown = await server.command("session", "show", session);
    return { ...shown, fields: shown.artifacts.map(({ field }: { field: string }) => field).sort() };
  }
  const files = Object.keys(answers).filter((name) => name.endsWith("_url"));

  /** The customer is told, and everything is still there. */
  async function expectTold(customer: Customer, step: Step) {
    await expect(customer.page.getByText(notice)).toBeVisible();
    await customer.expectEntered(step);
  }

  test("a panic on each step: told, nothing lost, and on to the end", async ({ customer, page, server, link }) => {
    test.slow();
    customer.tolerate(...panicked);
    const panic = await bringPanics(page);
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
      if (kind === "submit") await customer.goOn();
      if (kind === "later") await panic();
      await expectTold(customer, step);
      await customer.goOn();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.posts()).toEqual(steps.map(({ id }) => `/${id}`));
    expect(customer.calls().filter((call) => call.startsWith("PUT"))).toEqual([]);
    expect(await stored(server, link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0, fields: files.sort() });
  });

  test("typed before a script came that panics at once: kept", async ({ customer, page, link }) => {
    customer.tolerate(...panicked);
    await bringPanics(page);
    const letGo = await hold(page);
    const identity = await customer.step("identity");
    await page.goto(`${link.url}/identity?panic=mount`, { waitUntil: "domcontentloaded" });
    await customer.fill(identity);
    letGo();
    await expectTold(customer, identity);
    await customer.goOn();
    await customer.expectStep("document");
    await customer.ready(); // The next page has another try.
    await expect(page.getByText(notice)).toBeHidden();
  });

  test("a panic while a step is being saved: Continue works again", async ({ customer, page, link }) => {
    customer.tolerate(...panicked);
    const panic = await bringPanics(page);
    const identity = await customer.step("identity");
    await page.goto(`${link.url}/identity?panic=later`);
    await customer.ready();
    await customer.fill(identity);
    const letGo = await hold(page, "**/steps/*");
    await customer.goOn();
    await expect(customer.continue).toHaveText("Sending…");
    await panic();
    await expectTold(customer, identity);
    await expect(customer.continue).toBeEnabled();
    await customer.goOn();
    await customer.expectStep("document");
    expect(customer.posts()).toEqual(["/identity"]);
    letGo();
  });

  for (const when of ["is on its way", "has arrived, and the answer not", "is saved"]) {
    test(`a panic while the photo ${when}: it is kept once`, async ({ customer, page, server, link }) => {
      customer.tolerate(...panicked);
      const panic = await bringPanics(page);
      await page.goto(`${link.url}/selfie?panic=later`);
      await customer.ready();
      let letGo = () => {};
      const held = new Promise<void>((done) => (letGo = done));
      let statuses: number[] = [];
      if (when === "is on its way") letGo = await hold(page, "**/upload");
      else if (when !== "is saved") statuses = await loseAnswers(page, "*/upload", 1, held);
      await customer.selfie.setInputFiles(photo);
      if (when === "is saved") await customer.expectSavedPhoto();
      else await expect(customer.frame).toContainText("Sending");
      if (when.startsWith("has arrived")) await expect.poll(() => statuses).toEqual([201]);
      await panic();
      await expectTold(customer, await customer.step("selfie"));
      await customer.goOn();
      await customer.expectStep("address");
      letGo();
      expect(await stored(server, link.sessionId)).toMatchObject({ fields: ["selfie_url"] });
      await customer.open("selfie");
      await customer.expectSavedPhoto();
    });
  }

  test("after a panic, Back shows the step before as it was saved, and nothing of the one that was left", async ({ page, server }) => {
    const text = (name: string) => ({ id: name, type: "FORM", title: `Step ${name}`, fields: [{ name, type: "TEXT", label: `Label ${name}` }] });
    await server.importFlow({ name: "two-texts", steps: [text("one"), text("two")] });
    const customer = new Customer(page, await server.link("two-texts"), true);
    const panic = await bringPanics(page);
    await customer.open();
    await page.getByLabel("Label one").fill("Saved");
    await customer.goOn();
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

  test("the WASM is blocked from a reload on: on to the end by the browser's own forms", async ({ customer, page, server, link }) => {
    customer.tolerate(gone);
    await customer.walk("document");
    await page.route("**/*.wasm", (route) => route.abort());
    await page.reload();
    for (const step of (await customer.steps()).slice(2)) {
      await customer.expectStep(step.id);
      await expect(page.getByText(notice)).toBeVisible();
      for (const field of step.fields) await customer.enter(field);
      await customer.goOn();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.posts()).toEqual(["/document", "/selfie", "/address", "/review"]);
    expect(await stored(server, link.sessionId)).toMatchObject({ status: "COMPLETED", riskScore: 0, fields: files.sort() });
  });

  test("without script, a link of the error summary leads to its field and loses nothing, whatever the address says", async ({ customer, page }) => {
    customer.tolerate(gone, /status of 422/);
    await page.route("**/*.wasm", (route) => route.abort());
    for (const query of ["", "?lang=en"]) {
      await page.goto(`${customer.link.url}/identity${query}`);
      await customer.name.fill("User Name");
      await customer.goOn();
      await expect(page.getByText(notice)).toBeVisible();
      await customer.name.fill("Typed since");
      await customer.summary.getByRole("link", { name: "CPF" }).click();
      await expect(customer.cpf).toBeFocused();
      await expect(customer.summary).toBeVisible();
      await expect(customer.name).toHaveValue("Typed since");
    }
  });

  test("typed, ticked and chosen before the WASM came: kept, for every type of field", async ({ customer, page, link }) => {
    test.slow();
    customer.tolerate(/preload/);
    const steps = await customer.steps();
    await page.goto(link.url);
    for (const step of steps) {
      await customer.expectStep(step.id);
      const letGo = await hold(page);
      await page.reload({ waitUntil: "domcontentloaded" });
      for (const field of step.fields) await customer.enter(field);
      await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
      letGo();
      await customer.ready();
      await customer.expectEntered(step);
      await customer.goOn();
      await page.unrouteAll();
    }
    await customer.expectStatus("COMPLETED");
    expect(customer.posts()).toEqual([]);
  });

  test.describe("a new version is deployed, and the old files are gone", () => {
    let server: Server;
    test.beforeEach(async () => {
      server = new Server();
      await server.start();
    });
    test.afterEach(() => server.stop());

    test("a page that was there before goes on, and the next that is loaded is of the new version", async ({ page }) => {
      const customer = new Customer(page, await server.link(demo), true);
      const steps = await customer.steps();
      await customer.walk("identity");
      const [old] = (await page.content()).match(/pkg[/]\w+/) ?? [];
      await server.deploy();
      expect((await page.request.get(`${server.origin}/${old}/flow_bg.wasm`)).status()).toBe(404);
      for (const step of steps.slice(1)) {
        await customer.expectStep(step.id);
        await customer.ready();
        await customer.fill(step);
        await customer.goOn();
      }
      await customer.expectStatus("COMPLETED");
      expect(await page.content()).toContain("/pkg/next/");
      expect(customer.posts()).toEqual([]);
      expect(await stored(server, customer.link.sessionId)).toMatchObject({ riskScore: 0, fields: files.sort() });
      customer.expectQuiet();
    });

    for (const [what, lost] of [["nothing but its document", "**/pkg/**"], ["all but its WASM", "**/*.wasm"]]) {
      test(`a page that had loaded ${what}: its form goes on, and the next page has script again`, async ({ page }) => {
        const customer = new Customer(page, await server.link(demo), true);
        customer.tolerate(gone);
        const letGo = await hold(page, lost);
        const asked = page.waitForRequest(/flow_bg\.wasm$/);
        await page.goto(`${customer.link.url}/identity`, { waitUntil: lost === "**/*.wasm" ? "domcontentloaded" : "commit" });
        await asked;
        await server.deploy();
        letGo();
        if (lost === "**/*.wasm") await expect(page.getByText(notice)).toBeVisible();
        await customer.fill(await customer.step("identity"));
        await customer.goOn();
        await customer.expectStep("document");
        await customer.ready();
        await expect(page.getByText(notice)).toBeHidden();
        expect(await page.content()).toContain("/pkg/next/");
        expect(customer.posts()).toEqual(["/identity"]);
        customer.expectQuiet();
      });
    }
  });
});
