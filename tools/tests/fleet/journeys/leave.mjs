/** Somebody is hired and invited, asks for leave, and gets it. */

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
  await give(owner, monday.getUTCFullYear());

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

async function give({ page, api }, year) {
  const id = page.url().split("/").at(-1);
  await api("POST", "/hrms/holiday-lists", {
    name: "Weekends",
    weekly_off: ["saturday", "sunday"],
    is_default: true,
  });
  const type = await api("POST", "/hrms/leave-types", { name: "Annual leave", paid: true });
  await api("POST", "/hrms/leave-allocations", {
    employee_id: id,
    leave_type_id: type.id,
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    days: "25",
  });
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
