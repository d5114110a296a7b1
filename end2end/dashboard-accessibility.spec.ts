// Every page of the dashboard for everybody: axe finds nothing in either theme, and nothing is wider than the narrowest
// screen.
import { Operator } from "./operator";
import { expectNothing } from "./axe";
import { expect, photo, test } from "./support";

test.describe("axe finds nothing", { tag: "@script-on" }, () => {
  test.slow();

  test("on any page of the dashboard, and nothing is too wide", async ({ browser, customer, link, server }) => {
    await customer.reachSelfie();
    await customer.choosePhoto(photo);
    await customer.goOn();
    await customer.expectStatus("COMPLETED");
    const { ref } = await server.command("session", "show", link.sessionId);
    const operator = await Operator.admin(browser, server, true);
    const { page } = operator;
    const pending = await operator.createLink("crm-10482");
    const look = async (where: string) => {
      await expectNothing(page, where);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${where} at 320 px`).toBeLessThanOrEqual(320);
      await page.setViewportSize({ width: 1280, height: 800 });
    };
    const paths = ["/links", `/links/${pending.ref}`, "/sessions", "/sessions?status=EXPIRED", `/sessions/${pending.ref}`, `/sessions/${ref}`, "/unresolved", "/customers", "/webhooks", "/api-keys", "/operators", "/nothing"];
    for (const path of paths) {
      await operator.open(path);
      await look(path);
    }
    await operator.open(`/sessions/${ref}`);
    await operator.button("Reveal").click();
    await look("revealed");
    await operator.button("Decide").click();
    await expect(page.getByRole("alert")).toBeVisible();
    await look("a decision that is refused");
    await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
    await page.locator('main a[href^="/dashboard/customers/"]').first().click();
    await look("a dossier");
    await operator.open("/operators");
    await operator.field("E-mail").fill(`${crypto.randomUUID()}@acme.example`);
    await operator.button("Invite").click();
    await look("an invitation");
    await operator.signOut();
    await look("the sign-in");
    await operator.signIn("nobody@acme.example");
    await look("a sign-in that is refused");
    await operator.open("/set-up/none");
    await look("a link that opens nothing");
  });
});
