// A draft is what was typed and not sent yet. It survives a reload, even when the script fails, and appears nowhere else.
import { Customer, validIdentity } from "./customer";
import { answers, demo, type Step } from "./answers";
import { expect, test } from "./support";

test.use({ flow: demo });

test.describe("with script", { tag: "@script-on" }, () => {
  /** The step without its file fields. */
  const typed = ({ fields, ...step }: Step): Step => ({ ...step, fields: fields.filter(({ type }) => type !== "ARTIFACT") });

  for (const script of ["alive", "lost"]) {
    test(`a draft survives two reloads with the script ${script}`, async ({ customer, page, link }) => {
      if (script === "lost") {
        customer.allowConsole(/net::ERR_/, /page error/, /preload/);
        await page.route("**/*.wasm", (route) => route.abort());
      }
      const ready = () => (script === "lost" ? page.locator("html[data-script='failed']").waitFor() : customer.ready());
      for (const step of await customer.steps()) {
        await page.goto(`${link.url}/${step.id}`);
        await ready();
        await customer.fill(typed(step));
        for (const _ of [1, 2]) {
          await page.reload();
          await ready();
          await customer.expectEntered(typed(step));
        }
      }
    });
  }

  test("a draft survives a reload while faults are shown", async ({ customer }) => {
    await customer.open("identity");
    await customer.fill(await customer.step("identity"));
    await customer.cpf.fill("12");
    await customer.pressContinue();
    await expect(customer.summary).toBeVisible();
    await customer.reload();
    await expect(customer.summary).toHaveCount(0);
    await expect(customer.name).toHaveValue(validIdentity.name);
    await expect(customer.cpf).toHaveValue("12");
  });

  test("another step, another tab and another session do not show the draft", async ({ customer, page, context, server, link }) => {
    const identity = await customer.step("identity");
    const enter = async () => {
      await customer.open("identity");
      await customer.fill(identity);
    };
    const empty = async (page = customer.page) => {
      await expect(page.locator("input:checked")).toHaveCount(0);
      for (const input of await page.locator("input[type=text], input[type=date], input[type=email], input[type=tel]").all()) await expect(input).toHaveValue("");
    };
    for (const { id } of (await customer.steps()).filter(({ id }) => id !== "identity")) {
      await enter();
      await customer.open(id);
      await empty();
    }

    await enter();
    const tab = new Customer(await context.newPage(), link, true);
    await tab.open("identity");
    await empty(tab.page);

    const other = await server.link(demo);
    await page.goto(`${other.url}/identity`);
    await customer.ready();
    await empty();
  });

  for (const way of ["the island", "the browser"]) {
    test(`the draft is removed once ${way} has saved the step, and later saves of another tab are shown`, async ({ customer, page, context, link }) => {
      await customer.completeSteps("identity");
      await customer.fill(await customer.step("identity"));
      await customer.reload();
      if (way === "the island") await customer.pressContinue();
      else await customer.postNatively();
      await customer.expectStep("document");
      const kept = () => page.evaluate(() => JSON.stringify(sessionStorage));
      if (way === "the browser") expect(await kept()).toBe("{}");

      const tab = new Customer(await context.newPage(), link, true);
      await tab.open("identity");
      await tab.name.fill("Saved in another tab");
      await tab.pressContinue();
      await tab.expectStep("document");
      await customer.open("identity");
      await expect(customer.name).toHaveValue("Saved in another tab");

      await customer.completeSteps();
      expect(await kept()).not.toMatch(new RegExp(Object.values(answers).map((text) => text.replace("+", "[+]")).join("|")));
    });
  }

  /** Makes the page believe that it was hidden, or shown again. */
  const turn = (customer: Customer, state: "hidden" | "visible") =>
    customer.page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  const stored = (customer: Customer) => customer.page.evaluate(() => sessionStorage.getItem("draft"));

  test("a draft is kept only while its page is hidden, and not past the end of the session", async ({ customer, otherDevice, page }) => {
    await page.clock.install();
    await customer.open("identity");
    await customer.ready();
    await customer.name.fill(validIdentity.name);
    await turn(customer, "hidden");
    expect(await stored(customer)).toContain(validIdentity.name);
    await turn(customer, "visible");
    expect(await stored(customer), "the page itself has what was typed").toBeNull();
    await turn(customer, "hidden");
    expect(await stored(customer)).toContain(validIdentity.name);

    await otherDevice.completeSteps();
    await otherDevice.expectStatus("COMPLETED");
    await page.clock.runFor(31_000);
    await customer.expectStatus("COMPLETED");
    expect(await stored(customer)).toBeNull();
  });

  test("a page that Back shows as it was left forgets what was typed once the session has ended", async ({ customer, otherDevice, page }) => {
    await customer.open("identity");
    await customer.ready();
    await customer.name.fill(validIdentity.name);
    await otherDevice.completeSteps();
    await otherDevice.expectStatus("COMPLETED");
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await customer.expectStatus("COMPLETED");
    expect(await stored(customer)).toBeNull();
  });

  test("a draft that cannot be read is removed", async ({ customer, page }) => {
    await customer.open("identity");
    await page.evaluate(() => addEventListener("pagehide", () => sessionStorage.setItem("draft", `["/verify/x", [`)));
    await customer.open("consent");
    expect(await stored(customer)).toBeNull();
  });

  test("without a draft, a reload shows what another tab has saved", async ({ customer, context, link }) => {
    await customer.completeSteps("document");
    await customer.open("identity");
    const tab = new Customer(await context.newPage(), link, true);
    await tab.open("identity");
    await tab.name.fill("Saved in another tab");
    await tab.pressContinue();
    await tab.expectStep("document");
    await customer.reload();
    await expect(customer.name).toHaveValue("Saved in another tab");
  });
});
