// The island hydrates every step in every state: the page is the same before and after, and the console stays empty.
import { holdRequests } from "./bundle";
import { type Customer, invalidCpf } from "./customer";
import { demo, type Step } from "./answers";
import { expect, test } from "./support";

test.use({ flow: demo });

type Outline = string | { tag: string; attributes: string[]; children: Outline[] };

/** What the page shows, without hydration markers and invisible nodes. */
function snapshot() {
  // The server cannot know whether script will run, so it draws the fields that do not apply, each with its condition in words. Hiding them is
  // all that the island may change, so they are compared as if they were shown. `conditions.spec.ts` looks for which are hidden.
  const hidden = [...document.querySelectorAll<HTMLElement>(".field[hidden]")];
  for (const field of hidden) field.hidden = false;
  const outline = (node: Node): Outline[] => {
    if (node instanceof Text) return [node.data];
    if (!(node instanceof Element) || node.localName === "script") return [];
    const children: Outline[] = [];
    for (const child of [...node.childNodes].flatMap(outline)) {
      const last = children.at(-1);
      if (typeof child === "string" && typeof last === "string") children.splice(-1, 1, last + child);
      else if (child !== "") children.push(child);
    }
    // Icons that the browser renders have extra groups, and a photo that was just taken has a local URL.
    if (node.localName === "g") return children;
    const attributes = [...node.attributes].map(({ name, value }) => `${name}=${name === "src" ? "" : value}`);
    return [{ tag: node.localName, attributes: attributes.filter((attribute) => !attribute.startsWith("data-hydrated")).sort(), children }];
  };
  const inputs = [...document.querySelectorAll("input")].map(({ name, type, value, checked }) => (type === "file" ? name : `${name} ${value} ${checked}`));
  const shown = { body: outline(document.body), text: document.body.innerText, title: document.title, inputs };
  for (const field of hidden) field.hidden = true;
  return shown;
}

test.describe("with script", { tag: "@script-on" }, () => {
  test.slow();

  /** Opens a page and compares it before and after hydration. */
  async function expectSame(customer: Customer, openPage: () => Promise<unknown>, shows = "") {
    const { page } = customer;
    customer.allowConsole(/preload/);
    const release = await holdRequests(page);
    await openPage();
    await expect(page.locator("form.sheet")).toBeVisible();
    await expect(page.locator("body")).not.toHaveAttribute("data-hydrated");
    const before = await page.evaluate(snapshot);
    release();
    await customer.ready();
    await expect(page.locator("#notice")).toBeHidden();
    expect(await page.evaluate(snapshot)).toEqual(before);
    expect(before.text).toContain(shows);
    customer.expectQuiet();
    await page.unrouteAll();
  }

  const opened = (customer: Customer, step: Step, query = "") =>
    () => customer.page.goto(`${customer.link.url}/${step.id}${query}`, { waitUntil: "domcontentloaded" });

  test("empty and with faults, in each language", async ({ customer }) => {
    for (const step of await customer.steps()) {
      for (const query of ["", "?lang=pt-BR", "?lang=es", "?change=1", "?check=1", "?check=1&lang=es"]) await expectSame(customer, opened(customer, step, query));
    }
  });

  test("after a POST that was refused, with what was typed", async ({ customer, page }) => {
    customer.allowConsole(/status of 4(15|22)/); // A file is refused as soon as it is chosen.
    const wrong: [string, Record<string, string>, string][] = [
      ["consent", {}, "Tick the box to continue"],
      ["identity", { name: "Ana “Bê” <b> & 名 </script><!--", cpf: "12", email: "nobody", phone: "1" }, "Enter all 11 digits of your CPF"],
      ["identity", { name: "Ana", cpf: invalidCpf, birth_date: "1990-05-17" }, "does not look like a valid CPF"],
      ["document", { document_type: "CNH" }, "Take a photo or choose a file for “Front”"],
      ["document", { document_type: "PASSPORT", document_front_url: "package.json" }, "We can't use this kind of file"],
      ["selfie", {}, "Take a photo or choose a file for “Selfie”"],
      ["address", { address_proof_url: "package.json" }, "We can't use this kind of file"],
    ];
    for (const [id, given, shows] of wrong) {
      const step = await customer.step(id);
      await customer.open(id);
      for (const field of step.fields.filter(({ name }) => name in given)) await customer.enter(field, given[field.name]);
      await expectSame(customer, async () => {
        const answer = page.waitForResponse((response) => response.request().method() === "POST" && response.request().isNavigationRequest());
        const loaded = page.waitForEvent("domcontentloaded");
        await page.locator("form.sheet").evaluate((form: HTMLFormElement) => form.submit());
        expect((await answer).status()).toBe(422);
        await loaded;
      }, shows);
      await expect(customer.summary).toBeFocused();
    }
  });

  test("after a POST that chose a language, with what was typed", async ({ customer, page }) => {
    const identity = await customer.step("identity");
    await customer.open("identity");
    await customer.fill(identity);
    await expectSame(customer, async () => {
      const loaded = page.waitForEvent("domcontentloaded");
      await page.getByRole("button", { name: "Español" }).click({ noWaitAfter: true });
      await loaded;
      await expect(page.locator("html[lang=es]")).toBeAttached();
    });
    await customer.expectEntered(identity);
  });

  test("answered on this device, opened to be changed, and answered on another device", async ({ customer, otherDevice }) => {
    await customer.completeSteps("identity");
    await customer.fill(await customer.step("identity"));
    await customer.cpf.fill(invalidCpf);
    await customer.pressContinue();
    await customer.expectStep("document");
    await customer.completeSteps("review");
    for (const step of await customer.steps()) {
      for (const query of ["", "?check=1", "?change=1"]) {
        await expectSame(customer, opened(customer, step, query), step.id === "identity" ? "does not look like a valid CPF" : "");
        await expectSame(otherDevice, opened(otherDevice, step, query), "Done on another device");
      }
    }
  });

  test("the island renders a step exactly as the server does: empty, with faults and answered", async ({ customer, page }) => {
    const expectSameFromServer = async (query = "") => {
      const byIsland = await page.evaluate(snapshot);
      await page.goto(page.url() + query);
      await customer.ready();
      expect(await page.evaluate(snapshot)).toEqual(byIsland);
    };
    const steps = await customer.steps();
    await customer.open();
    for (const [at, step] of steps.slice(0, -1).entries()) {
      await customer.expectStep(step.id);
      await expectSameFromServer();
      if (step.fields.some(({ required }) => required)) {
        await customer.pressContinue();
        await expect(customer.summary).toBeFocused();
        await expectSameFromServer("?check=1");
        await customer.open(step.id);
      }
      await customer.fill(step);
      await customer.pressContinue();
      await customer.expectStep(steps[at + 1].id);
      if (steps[at + 1].type === "REVIEW") return; // Only the server renders the review.
      await page.goBack();
      await customer.expectStep(step.id);
      await expectSameFromServer();
      await customer.pressContinue();
    }
  });
});
