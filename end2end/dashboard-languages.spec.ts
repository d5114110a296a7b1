// The dashboard speaks three languages, chosen on any page and remembered.
import { randomUUID } from "node:crypto";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

test("an operator chooses one of three languages on any page, and the choice lasts", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  const visitor = await Operator.signedOut(browser, server, javaScriptEnabled);
  const { inviteUrl } = await server.command("operator", "add", `${randomUUID()}@acme.example`, "--role", "AUDITOR");
  const { ref } = await admin.createLink("crm-10482");
  await admin.open(`/sessions/${ref}`);
  const dossier = (await admin.card("Facts").locator('a[href^="/dashboard/customers/"]').getAttribute("href"))!.replace("/dashboard", "");
  const settings = ["/webhooks", "/api-keys", "/operators"];
  const visits = [
    { operator: visitor, paths: [new URL(inviteUrl).pathname.replace("/dashboard", ""), "/set-up/none", "/sign-in"] },
    { operator: agent, paths: ["/sessions"] },
    { operator: admin, paths: ["/links", `/links/${ref}`, "/sessions", `/sessions/${ref}`, "/customers", dossier, "/unresolved", "/transactions", "/transactions/queue", ...settings, "/nothing"] },
  ];
  // These headings are the same in every language: a shared word, a URL or a ref.
  const languageNeutral = /^(Webhooks|https?:.*|[0-9a-f]{12})$/;
  for (const { operator, paths } of visits) {
    const english = new Map<string, string[]>();
    await operator.open(paths[0]);
    for (const [language, name] of [["en", "English"], ["pt-BR", "Português"], ["es", "Español"]]) {
      await operator.page.getByRole("button", { name }).click();
      await expect.poll(async () => (await operator.page.context().cookies()).find((cookie) => cookie.name === "fs_lang")?.value).toBe(language);
      await expect(operator.page.getByRole("button", { name })).toHaveAttribute("aria-pressed", "true");
      for (const path of paths) {
        const html = await (await operator.page.request.get(`${server.origin}/dashboard${path}`)).text();
        expect(html, `${path} in ${language}`).toMatch(new RegExp(`<html[^>]* lang="${language}"`));
        const all = [...html.matchAll(/<(h[12])\b.*?<\/\1>/gs)].map(([heading]) => heading.replace(/<[^>]*>/g, ""));
        const headings = all.filter((heading) => !languageNeutral.test(heading));
        if (language === "en") english.set(path, headings);
        else expect(headings.filter((heading) => english.get(path)!.includes(heading)), `${path} in ${language}`).toEqual([]);
        expect(headings.length, `${path} says something`).toBeGreaterThan(0);
      }
    }
    operator.expectQuiet(refused);
  }
});
