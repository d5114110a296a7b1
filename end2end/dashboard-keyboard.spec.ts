// An operator can do everything with the keyboard only.
import { randomUUID } from "node:crypto";
import { validIdentity } from "./customer";
import { Operator, password } from "./operator";
import { expect, test } from "./support";

test("an operator can create, expire and decide with the keyboard only", async ({ browser, server, javaScriptEnabled }) => {
  const name = `keyboard-${randomUUID()}`;
  const fields = [{ name: "name", type: "TEXT", label: "Name", required: true }];
  await server.importFlow({ name, steps: [{ id: "identity", type: "FORM", title: "Who you are", fields }] });
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const { keyboard } = page;
  /** Presses Tab until the element has the focus. */
  const to = async (selector: string) => {
    for (let steps = 0; steps < 120; steps += 1) {
      if (await page.locator(":focus").evaluateAll(([focused], wanted) => !!focused?.matches(wanted), selector)) return;
      await keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to ${selector}`);
  };
  const press = async (selector: string, key = "Enter") => {
    await to(selector);
    await keyboard.press(key);
  };
  const enter = async (selector: string, text: string) => {
    await to(selector);
    await keyboard.type(text);
  };
  const createLink = async () => {
    await press('nav a[href="/dashboard/links"]');
    await expect(operator.heading).toHaveText("Links");
    await to("select[name=flow]");
    const flow = page.locator("select[name=flow]");
    for (let at = 0; at < 100 && (await flow.inputValue()) !== name; at += 1) await keyboard.press("ArrowDown");
    await expect(flow).toHaveValue(name);
    await enter("[name=customer]", "crm-9");
    await keyboard.press("Enter");
    await expect(operator.heading).toHaveText("Link");
    return { sessionId: (await operator.field("Link").inputValue()).split("/").at(-1)!, ref: new URL(page.url()).pathname.split("/").at(-1)! };
  };
  await press('form[action$="/sign-out"] button');
  await expect(operator.heading).toHaveText("Sign in");
  await enter("[name=email]", operator.email);
  await enter("[name=password]", password);
  await keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Sessions");

  await createLink();
  await press('main a[href^="/dashboard/sessions/"]');
  await expect(operator.card("Facts")).toBeVisible();
  await press(".final summary");
  await press('form[action$="/expire"] button');
  await operator.waitForText("Expired");

  const { sessionId, ref } = await createLink();
  // Leave the page, because it would reload itself during the next key presses.
  await press('nav a[href="/dashboard/webhooks"]');
  await expect(operator.heading).toHaveText("Webhooks");
  await server.complete(sessionId, { name: validIdentity.name });
  await press('nav a[href="/dashboard/sessions"]');
  await expect(operator.heading).toHaveText("Sessions");
  await press(`main a[href="/dashboard/sessions/${ref}"]`);
  await expect(operator.card("Decision")).toBeVisible();
  await to("[name=decision]");
  await keyboard.press("ArrowDown");
  await expect(operator.card("Decision").getByLabel("Reject", { exact: true })).toBeChecked();
  await enter("[name=reason]", "seen before");
  await press('form[action$="/decision"] button', "Space");
  await expect(operator.main.getByRole("status")).toHaveText("The decision was saved.");
  await operator.waitForText("Rejected", operator.card("Decision"));
  await press('form[action$="/sign-out"] button');
  await expect(operator.heading).toHaveText("Sign in");
  operator.expectQuiet();
});
