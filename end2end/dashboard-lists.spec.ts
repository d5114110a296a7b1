// The lists that rules ask: an administrator makes one, imports a file, adds, looks up, reveals and ends.
import { randomUUID } from "node:crypto";
import { Operator, refused } from "./operator";
import { expect, test } from "./support";

const file = (text: string) => ({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(text) });

test("a list is made, imported, looked up, revealed, changed and exported", async ({ browser, server, javaScriptEnabled }) => {
  const operator = await Operator.admin(browser, server, javaScriptEnabled);
  const { page, main } = operator;
  const name = `payees-${randomUUID().slice(0, 8)}`;
  await operator.mainLink("Lists").click();
  await operator.button("Create list").click();
  await expect(page.getByRole("alert")).toContainText("Use 1 to 64 lower-case letters");
  await operator.field("Name").fill(name);
  await operator.field("Kind of values").selectOption("Account");
  await operator.button("Create list").click();
  await expect(operator.heading).toHaveText(name);
  await expect(main.getByRole("status")).toHaveText("The list was created.");

  await operator.field("CSV file").setInputFiles(file("value,note,from\nacct-1,,\nacct-1,,soon\n"));
  await operator.button("Import").click();
  await expect(page.getByRole("alert")).toContainText("Line 3: enter a time such as 2026-11-30T12:00:00Z in “from”");
  await operator.field("CSV file").setInputFiles(file("value,note\nacct-1,the landlord\nacct-2,\n"));
  await operator.button("Import").click();
  await expect(main.getByRole("status")).toHaveText("The file was imported.");
  await expect(main).toContainText("••••-1");
  await expect(main).not.toContainText("the landlord");

  await operator.field("Value").fill("acct-3");
  await operator.field("Note").fill("pays monthly");
  await operator.field("Until").fill("2020-01-01T10:00");
  await operator.button("Add").click();
  await expect(page.getByRole("alert")).toContainText("The end must come after the beginning");
  await expect(operator.field("Note")).toHaveValue("pays monthly");
  await operator.field("Until").fill("");
  await operator.button("Add").click();
  await expect(main.getByRole("status")).toHaveText("The value was added.");

  await operator.field("Look up a value").fill("acct-3");
  await operator.button("Look up").click();
  await expect(main.getByRole("row")).toHaveCount(2);
  expect(page.url()).not.toContain("acct");
  await main.getByRole("link", { name: "All entries" }).click();
  await operator.button("Reveal").click();
  await expect(main).toContainText("the landlord");
  await operator.confirm("End entry", page.getByRole("row", { name: "acct-2" }), "The value no longer counts.");
  await expect(main.getByRole("status").first()).toHaveText("The entry has ended.");
  await expect(page.getByRole("row", { name: "acct-2" })).toContainText("Ended");

  const download = page.waitForEvent("download");
  await main.getByRole("link", { name: "Export" }).click();
  expect((await download).suggestedFilename()).toBe(`${name}.csv`);
  await operator.open("/lists");
  await expect(page.getByRole("row", { name }).getByRole("cell", { name: "2", exact: true })).toBeVisible();
  operator.expectQuiet(refused);
});

test("an auditor sees a list masked and cannot change it", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const name = `phones-${randomUUID().slice(0, 8)}`;
  await admin.open("/lists");
  await admin.field("Name").fill(name);
  await admin.field("Kind of values").selectOption("Phone number");
  await admin.button("Create list").click();
  await admin.field("Value").fill("+55 11 91234-5678");
  await admin.button("Add").click();
  await expect(admin.main).toContainText("••••78");

  const auditor = await Operator.invited("AUDITOR", browser, server, javaScriptEnabled);
  await auditor.mainLink("Lists").click();
  await expect(auditor.button("Create list")).toHaveCount(0);
  await auditor.main.getByRole("link", { name }).click();
  await expect(auditor.main).toContainText("••••78");
  for (const button of ["Reveal", "Add", "Import"]) await expect(auditor.button(button)).toHaveCount(0);
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  await expect(agent.mainLink("Lists")).toHaveCount(0);
  expect((await agent.open("/lists"))!.status()).toBe(403);
  agent.expectQuiet(refused);
  auditor.expectQuiet();
  admin.expectQuiet();
});
