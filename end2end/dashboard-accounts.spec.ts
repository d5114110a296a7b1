// Operators keep their own accounts, and administrators those of others, with script and without.
import { Operator, password, refused } from "./operator";
import { expect, test } from "./support";

const next = "three purple kettles sing";

test("an administrator gives another role and a link for a new password", async ({ browser, server, javaScriptEnabled }) => {
  const admin = await Operator.admin(browser, server, javaScriptEnabled);
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  await admin.open("/operators");
  await admin.main.getByRole("link", { name: agent.email }).click();
  await expect(admin.heading).toHaveText(agent.email);
  await admin.field("Role").selectOption("REVIEWER");
  await admin.button("Change role").click();
  await expect(admin.main.getByRole("status")).toHaveText("The role was changed. It applies at once.");
  await expect(admin.card("What happened")).toContainText("New role: Reviewer");
  await agent.open("/sessions");
  await expect(agent.heading).toHaveText("Sessions");

  await admin.button("Make a link for a new password").click();
  const reset = await admin.takeSecretShownOnce("Link for a new password");
  const elsewhere = await Operator.signedOut(browser, server, javaScriptEnabled);
  await elsewhere.page.goto(reset);
  await expect(elsewhere.heading).toHaveText("Choose a new password");
  await elsewhere.field("Password").fill("password1234");
  await elsewhere.field("Password again").fill("password1234");
  await elsewhere.button("Set password").click();
  await expect(elsewhere.page.getByRole("alert")).toContainText("Many people use this password");
  await elsewhere.field("Password").fill(next);
  await elsewhere.field("Password again").fill(next);
  await elsewhere.button("Set password").click();
  await expect(elsewhere.heading).toHaveText("Sessions");
  await agent.open("/sessions");
  await expect(agent.heading).toHaveText("Sign in");
  await agent.signIn(agent.email, password);
  await expect(agent.page.getByRole("alert")).toBeVisible();
  await agent.signIn(agent.email, next);
  await expect(agent.heading).toHaveText("Sessions");
  for (const operator of [admin, agent, elsewhere]) operator.expectQuiet(refused);
});

test("an operator changes the password and signs out elsewhere", async ({ browser, server, javaScriptEnabled }) => {
  const agent = await Operator.invited("AGENT", browser, server, javaScriptEnabled);
  const phone = await Operator.signedOut(browser, server, javaScriptEnabled);
  const signIn = async (typed: string) => {
    await phone.open("");
    await phone.signIn(agent.email, typed);
    await expect(phone.heading).toHaveText("Links");
  };
  await signIn(password);
  await agent.page.getByRole("link", { name: "Your account" }).click();
  await expect(agent.main.getByRole("row")).toHaveCount(3);
  await agent.main.getByRole("button", { name: "Sign out there" }).click();
  await expect(agent.main.getByRole("status")).toHaveText("Signed out there.");
  await expect(agent.main.getByRole("row")).toHaveCount(2);
  await phone.open("/links");
  await expect(phone.heading).toHaveText("Sign in");

  await signIn(password);
  await agent.field("Current password").fill(password);
  await agent.field("New password").fill(next);
  await agent.field("Password again").fill(next);
  await agent.button("Change").click();
  await expect(agent.main.getByRole("status")).toContainText("The password was changed");
  await phone.open("/links");
  await expect(phone.heading).toHaveText("Sign in");
  await signIn(next);
  for (const operator of [agent, phone]) operator.expectQuiet(refused);
});
