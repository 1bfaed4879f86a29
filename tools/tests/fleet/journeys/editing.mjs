/** Two people change the same employee; who saves later sees what the other did, and decides. */

import { journey } from "./browser.mjs";
import { accept, register } from "./organisation.mjs";

const SITE = process.env.BUSINESS;

await journey(async (person) => {
  const ada = await person(SITE);
  const tenant = await register(ada, "business");
  const bob = await person(SITE);
  const email = `bob@${tenant}.test`;
  await ada.api("POST", "/user/invitations", { email, role: "hr" });
  await accept(bob.page, { name: "Bob Babbage", email, password: "difference engines" });
  const wish = {
    first_name: "Cy",
    last_name: "Young",
    email: `cy@${tenant}.test`,
    date_of_joining: "2026-01-05",
  };
  const { id } = await ada.api("POST", "/hrms/employees", wish);

  await bothEdit(`/employees/${id}`, { name: "Adams", who: ada }, { name: "Burns", who: bob });
  await bob.look("conflict");
  await bob.page.getByRole("button", { name: "Keep mine" }).click();
  await bob.page.getByRole("heading", { name: "Cy Burns" }).waitFor();

  await bothEdit(`/employees/${id}`, { name: "Clark", who: ada }, { name: "Davis", who: bob });
  await bob.page.getByRole("button", { name: "Take theirs" }).click();
  await bob.page.getByRole("heading", { name: "Cy Clark" }).waitFor();
  await ada.page.reload();
  await ada.page.getByRole("heading", { name: "Cy Clark" }).waitFor();
});

/** Both have begun before one saves; the other is shown both names. */
async function bothEdit(path, faster, slower) {
  for (const { name, who } of [faster, slower]) {
    await who.page.goto(path);
    await who.page.getByRole("button", { name: "Edit" }).click();
    await who.page.getByLabel("Last name").fill(name);
  }
  await save(faster.who);
  await faster.who.page.getByRole("heading", { name: `Cy ${faster.name}` }).waitFor();
  await save(slower.who);
  const question = slower.who.page.getByRole("dialog", { name: "Somebody else has changed this meanwhile" });
  await question.getByText(`Last name: ${slower.name}`).waitFor();
  await question.getByText(faster.name).waitFor();
}

async function save({ page }) {
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
}
