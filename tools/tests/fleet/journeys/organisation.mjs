/** An organisation and the people in it, for journeys that are about something else. */

import { randomBytes } from "node:crypto";

import { mailedLink } from "./mail.mjs";

export const OWNER = { name: "Ada Lovelace", password: "correct horse battery staple" };

export const newTenant = () => `j${randomBytes(5).toString("hex")}`;

/** Register an organisation without its page, sign its owner in there and wait for its modules. */
export async function register({ page, api }, application) {
  const tenant = newTenant();
  const credentials = { tenant, email: `ada@${tenant}.test`, password: OWNER.password };
  await page.goto("/login");
  const wish = { ...credentials, organisation: "Journey Ltd", name: OWNER.name };
  await api("POST", "/user/register", wish, { "x-application": application });
  await page.getByLabel("Organisation").fill(tenant);
  await signIn(page, credentials);
  await isSignedIn(page, OWNER.name);
  for (let waiting = true; waiting;) {
    const { services } = await api("GET", "/user/tenant");
    waiting = Object.values(services).some((state) => state !== "ready");
  }
  return tenant;
}

/** Follow the invitation in the mail to `email`, choose a password and sign in. */
export async function accept(page, { name, email, password }) {
  await page.goto(await mailedLink(email, "/invitation"));
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
  await signIn(page, { email, password });
  await isSignedIn(page, name);
}

/** Fill the page to sign in, which is shown or about to be, its organisation named already. */
export async function signIn(page, { email, password }) {
  await page.waitForURL(/\/login/);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel(/^Password/).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Sign somebody in from nothing. */
export async function enter(page, { tenant, name, ...credentials }) {
  await page.goto(`/login?tenant=${tenant}`);
  await signIn(page, credentials);
  await isSignedIn(page, name);
}

export const isSignedIn = (page, name) => page.getByRole("button", { name: `Account of ${name}` }).waitFor();

export async function signOut(page, { account, item } = { account: "Account of", item: "Sign out" }) {
  const out = page.getByRole("menuitem", { name: item });
  // A page that has just come may not hear the first click yet.
  for (let tries = 0; tries < 10 && !(await out.isVisible()); tries += 1) {
    await page.getByRole("button", { name: account }).click();
    await out.waitFor({ timeout: 3_000 }).catch(() => undefined);
  }
  await out.click();
  await page.waitForURL(/\/login/);
}
