// Markup in names, answers and a flow's texts is shown as text on every page of the dashboard.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Operator, refused } from "./operator";
import { expect, photo, test } from "./support";

test("markup in names and in a flow's texts is shown as text", async ({ browser, server, javaScriptEnabled }) => {
  const markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const name = `markup-${randomUUID()}`;
  const file = `${randomUUID()}${markup}.jpg`;
  const steps = [
    { id: "identity", type: "FORM", title: `Step ${markup}`, fields: [{ name: "name", type: "TEXT", label: `Label ${markup}`, required: true }] },
    { id: "selfie", type: "SELFIE", title: "Selfie", fields: [{ name: "selfie_url", type: "ARTIFACT", label: `Photo ${markup}`, required: true }] },
  ];
  await server.importFlow({ name, ...{ title: `Title ${markup}` }, steps });
  const link = await server.link(name);
  const upload = new FormData();
  upload.set("field", "selfie_url");
  upload.set("file", new Blob([readFileSync(photo)], { type: "image/jpeg" }), file);
  expect((await fetch(`${server.origin}/kyc-sessions/${link.sessionId}/upload`, { method: "POST", body: upload })).status).toBe(201);
  await server.complete(link.sessionId, { name: `Ana ${markup}` });
  const { ref } = await server.shown(link.sessionId);

  // An operator's e-mail address takes no markup.
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page } = operator;
  const expectText = async (...texts: string[]) => {
    for (const text of texts) await expect(operator.main, page.url()).toContainText(text);
    await expect(page.getByText(operator.email, { exact: true }).first()).toBeVisible();
    await expect(page.locator('img[src="x"], img[onerror]')).toHaveCount(0);
    const scripts = await page.locator("script").evaluateAll((all) => all.map(({ textContent }) => textContent ?? ""));
    expect(scripts.filter((script) => script.includes("alert("))).toEqual([]);
    expect(await page.content()).not.toContain(file.slice(0, 36));
  };
  const pages = { "/links": "Title", [`/links/${ref}`]: "Title", "/sessions": "Title", "/unresolved": "Photo", [`/sessions/${ref}`]: "Title" };
  for (const [path, text] of Object.entries(pages)) {
    await operator.open(path);
    await expectText(`${text} ${markup}`);
  }
  await operator.button("Reveal").click();
  await expectText(`Step ${markup}`, `Label ${markup}`, `Ana ${markup}`);
  await operator.card("Decision").getByLabel("Review", { exact: true }).check();
  await operator.card("Decision").getByLabel("Reason").fill(`Reason ${markup}`);
  await operator.card("Decision").getByRole("button", { name: "Decide" }).click();
  await expectText(`Reason ${markup}`);
  await expect(operator.card("Timeline")).toContainText(operator.email);

  const dossierOf = async (reference: string) => {
    await operator.card("Facts").getByLabel("Customer reference").fill(reference);
    await operator.card("Facts").getByRole("button", { name: "Link to dossier" }).click();
  };
  await dossierOf(markup);
  await expect(page.getByRole("alert")).toContainText("Use 1 to 128");
  await expect(operator.card("Facts").getByLabel("Customer reference")).toHaveValue(markup);
  await expectText(`Title ${markup}`);
  await dossierOf("");
  await operator.card("Facts").getByRole("button", { name: "Create a new dossier" }).click();
  await operator.card("Facts").locator('a[href^="/dashboard/customers/"]').click();
  await expect(operator.heading).toHaveText("Dossier");
  await expectText(`Title ${markup}`, `Photo ${markup}`);
  await operator.open("/operators");
  await expectText(operator.email);
  await operator.open("/sessions");
  await operator.main.getByRole("searchbox").fill(markup);
  await operator.button("Search").click();
  await expectText(`“${markup}”`);
  operator.expectQuiet(refused);
});
