/** Somebody is hired and invited, leave is set up; they ask for some, and get it. */

import { journey } from "./browser.mjs";
import { accept, register } from "./organisation.mjs";

const SITE = process.env.BUSINESS;

await journey(async (person) => {
  const owner = await person(SITE);
  const tenant = await register(owner, "business");
  const charles = {
    name: "Charles Babbage",
    email: `charles@${tenant}.test`,
    password: "a wholly other passphrase",
  };

  await hire(owner, charles.email);
  const monday = new Date();
  monday.setUTCDate(monday.getUTCDate() + 7 + ((8 - monday.getUTCDay()) % 7));
  await setUpLeave(owner, monday.getUTCFullYear());

  const employee = await person(SITE);
  await accept(employee.page, charles);
  await ask(employee, monday.toISOString().slice(0, 10));
  await approve(owner);
  await employee.page.reload();
  await employee.page.getByRole("cell", { name: "Approved" }).waitFor();
  await employee.look("leave");

  await employee.page.goto("/audit");
  await employee.page.getByText("You may not see this").waitFor();
  await employee.look("denied");
});

async function hire(owner, email) {
  const { page } = owner;
  await page.goto("/employees");
  await owner.look("employees-none");
  await page.getByRole("button", { name: "Hire" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("First name").fill("Charles");
  await form.getByLabel("Last name").fill("Babbage");
  await form.getByLabel("E-mail").fill(email);
  await owner.look("hire");
  await form.getByRole("button", { name: "Hire" }).click();
  await page.waitForURL(/\/employees\/[0-9a-f-]+/);
  await page.getByRole("heading", { name: "Charles Babbage" }).waitFor();
  await owner.look("employee");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  await page.getByText("The invitation is on its way").waitFor();
}

/** From no kind of leave at all to days that can be asked for, as the page leads there. */
async function setUpLeave(owner, year) {
  const { page } = owner;
  const dialog = page.getByRole("dialog");
  await page.getByRole("link", { name: "Leave setup" }).click();
  for (const [tab, name] of [
    ["Kinds of leave", "Annual leave"],
    ["Holidays", "Weekends"],
  ]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("button", { name: "Make the first" }).click();
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
    await owner.look(`leave-setup-${name}`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("cell", { name }).first().waitFor();
  }
  await page.getByRole("tab", { name: "Days given" }).click();
  await page.getByRole("button", { name: "Give the first" }).click();
  await dialog.getByLabel("Employee").first().click();
  await page.getByRole("option", { name: "Charles Babbage" }).click();
  await dialog.getByLabel("Kind of leave").first().click();
  await page.getByRole("option", { name: "Annual leave" }).click();
  await dialog.getByLabel("First day").fill(`${year}-01-01`);
  await dialog.getByLabel("Last day").fill(`${year}-12-31`);
  await dialog.getByRole("spinbutton", { name: "Days" }).fill("25");
  await owner.look("give-days");
  await dialog.getByRole("button", { name: "Give days" }).click();
  await page.getByRole("cell", { name: "25 days" }).waitFor();
  await owner.look("leave-setup-done");
}

async function ask(employee, day) {
  const { page } = employee;
  await page.getByRole("link", { name: "My leave" }).click();
  await page.getByRole("button", { name: "Ask for leave" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Kind of leave").first().click();
  await page.getByRole("option", { name: "Annual leave" }).click();
  await form.getByLabel("First day").fill(day);
  await form.getByLabel("Last day").fill(day);
  await employee.look("ask-for-leave");
  await form.getByRole("button", { name: "Count and ask" }).click();
  await page.getByText(/: 1 day$/).waitFor();
  await page.getByRole("button", { name: "Keep it" }).click();
}

async function approve(owner) {
  const { page } = owner;
  await page.getByRole("link", { name: "Leave to decide" }).click();
  await page.getByRole("link", { name: "Charles Babbage" }).waitFor();
  await owner.look("leave-approvals");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await page.getByText("Nothing waits for you").waitFor();
}
