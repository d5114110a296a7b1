// What was typed and not sent yet: it survives a reload, with script and with a script that is lost, and shows nowhere else.
import { Customer, honest } from "./customer";
import { answers, demo, type Step } from "./story";
import { expect, test } from "./support";

test.use({ flow: demo });

test.describe("with script", { tag: "@script-on" }, () => {
  /** What is typed or ticked of a step; what is not a file. */
  const typed = ({ fields, ...step }: Step): Step => ({ ...step, fields: fields.filter(({ type }) => type !== "ARTIFACT") });

  for (const script of ["alive", "lost"]) {
    test(`it survives a reload, twice, with the script ${script}`, async ({ customer, page, link }) => {
      if (script === "lost") {
        customer.tolerate(/net::ERR_/, /page error/, /preload/);
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

  test("it survives a reload with faults shown", async ({ customer }) => {
    await customer.open("identity");
    await customer.fill(await customer.step("identity"));
    await customer.cpf.fill("12");
    await customer.goOn();
    await expect(customer.summary).toBeVisible();
    await customer.reload();
    await expect(customer.summary).toHaveCount(0);
    await expect(customer.name).toHaveValue(honest.name);
    await expect(customer.cpf).toHaveValue("12");
  });

  test("another step, another tab and another session do not show it", async ({ customer, page, context, server, link }) => {
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
    test(`it is gone once the step was saved by ${way}, whatever another tab saves then`, async ({ customer, page, context, link }) => {
      await customer.walk("identity");
      await customer.fill(await customer.step("identity"));
      await customer.reload();
      if (way === "the island") await customer.goOn();
      else await customer.postNatively();
      await customer.expectStep("document");
      const kept = () => page.evaluate(() => JSON.stringify(sessionStorage));
      if (way === "the browser") expect(await kept()).toBe("{}");

      const tab = new Customer(await context.newPage(), link, true);
      await tab.open("identity");
      await tab.name.fill("Saved in another tab");
      await tab.goOn();
      await tab.expectStep("document");
      await customer.open("identity");
      await expect(customer.name).toHaveValue("Saved in another tab");

      await customer.walk();
      expect(await kept()).not.toMatch(new RegExp(Object.values(answers).map((text) => text.replace("+", "[+]")).join("|")));
    });
  }

  test("where nothing was typed, a reload shows what another tab saved since", async ({ customer, context, link }) => {
    await customer.walk("document");
    await customer.open("identity");
    const tab = new Customer(await context.newPage(), link, true);
    await tab.open("identity");
    await tab.name.fill("Saved in another tab");
    await tab.goOn();
    await tab.expectStep("document");
    await customer.reload();
    await expect(customer.name).toHaveValue("Saved in another tab");
  });
});
