/** An organisation registers, invites somebody who accepts and signs in; what accounts can do for themselves. */

import assert from "node:assert/strict";

import { journey } from "./browser.mjs";
import { mailedLink } from "./mail.mjs";
import { accept, isSignedIn, newTenant, OWNER, signIn, signOut } from "./organisation.mjs";
import { totp } from "./totp.mjs";

const SITE = process.env.BUSINESS;
const tenant = newTenant();
const ada = { ...OWNER, email: `ada@${tenant}.test` };
const grace = { name: "Grace Hopper", email: `grace@${tenant}.test`, password: "a wholly other passphrase" };

await journey(async (person) => {
  const owner = await person(SITE);
  await register(owner);
  await verifyAddress(owner);
  await invite(owner);

  const invited = await person(SITE);
  await accept(invited.page, grace);
  assert.equal(await invited.page.getByRole("link", { name: "Audit log" }).count(), 0); // an employee may not
  await forgetPassword(invited);
  await setUpSecondFactor(invited);

  await deactivate(owner);
  await invited.page.goto("/account");
  await invited.page.waitForURL(/\/login/); // her session ended with her account
});

async function register(owner) {
  const { page } = owner;
  await page.goto("/login");
  await page.getByRole("link", { name: "Register" }).click();
  await page.getByLabel("Name of the organisation").fill("Journey Ltd");
  await page.getByLabel("Short name").fill(tenant);
  await page.getByLabel("Your name").fill(ada.name);
  await page.getByLabel("E-mail address").fill(ada.email);
  await page.getByLabel("New password").fill(ada.password);
  const progress = page.getByRole("heading", { name: "Your organisation is being set up" }).waitFor();
  const look = async (route) => {
    await progress; // the modules may be ready before anybody can see that they were not
    await route.continue();
  };
  await page.route("**/user/tenant", look, { times: 1 });
  await page.getByRole("button", { name: "Register" }).click();
  await progress;
  await isSignedIn(page, ada.name); // every module is ready
  await owner.look("dashboard-new");
}

async function verifyAddress(owner) {
  const { page } = owner;
  await page.goto(await mailedLink(ada.email, "/verify-email"));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Your address is confirmed").waitFor();
}

async function invite(owner) {
  const { page } = owner;
  await page.goto("/people");
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill(grace.email);
  await dialog.getByLabel(/^Role/).first().click();
  await page.getByRole("option", { name: "Employee" }).click();
  await owner.look("invite");
  await dialog.getByRole("button", { name: "Invite" }).click();
  await page.getByText("The invitation is on its way").waitFor();
}

async function forgetPassword({ page }) {
  await signOut(page);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.waitForURL(/forgot-password/); // both pages have fields of these names
  await page.getByLabel("Organisation").fill(tenant);
  await page.getByLabel("E-mail address").fill(grace.email);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("a mail is on its way").waitFor();
  grace.password = "something new to remember";
  await page.goto(await mailedLink(grace.email, "/reset-password"));
  await page.getByLabel("New password").fill(grace.password);
  await page.getByRole("button", { name: "Continue" }).click();
  await signIn(page, grace);
  await isSignedIn(page, grace.name);
}

async function setUpSecondFactor(invited) {
  const { page } = invited;
  await page.goto("/account");
  await page.getByRole("button", { name: "Set up" }).click();
  const secret = await page.locator("pre").innerText();
  await invited.look("second-factor");
  await page.getByLabel("Code").fill(totp(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Keep these recovery codes").waitFor();
  assert.equal(await page.getByRole("button", { name: "Set up" }).count(), 0);
  const [code] = (await page.locator("pre").innerText()).split("\n");
  await invited.look("recovery-codes");
  await signOut(page);
  await page.goto(`/login?tenant=${tenant}`);
  await signIn(page, grace);
  await page.getByRole("textbox", { name: "Code" }).fill(code);
  await invited.look("login-code");
  await page.getByRole("button", { name: "Continue" }).click();
  await isSignedIn(page, grace.name);
}

async function deactivate(owner) {
  const { page } = owner;
  await page.goto("/people");
  const row = page.getByRole("row", { name: grace.email });
  await row.getByRole("button", { name: "Deactivate" }).click();
  await row.getByRole("button", { name: "Reactivate" }).waitFor();
  await owner.look("people");
  await page.goto("/audit");
  await page.getByText("user.account_deactivated").first().waitFor();
  await owner.look("audit");
}
