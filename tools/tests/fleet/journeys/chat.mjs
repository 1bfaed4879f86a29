/** Two people chat; one loses the connection meanwhile and misses nothing. */

import assert from "node:assert/strict";

import { journey } from "./browser.mjs";
import { accept, register } from "./organisation.mjs";

const SITE = process.env.BUSINESS;
const MEANWHILE = ["first", "second", "third"].map((which) => `the ${which} while you were away`);

await journey(async (person) => {
  const ada = await person(SITE);
  const tenant = await register(ada, "business");
  const bob = await person(SITE);
  const email = `bob@${tenant}.test`;
  await ada.api("POST", "/user/invitations", { email, role: "employee" });
  await accept(bob.page, { name: "Bob Babbage", email, password: "difference engines" });

  await mention(ada, bob);
  await reactAndReply(ada, bob);
  await missNothing(ada, bob);
});

/** Bob looks at no channel while Ada names him: the list says so. */
async function mention(ada, bob) {
  await bob.page.goto("/chat");
  const channel = bob.page.getByRole("navigation", { name: "Chat" }).getByRole("button", { name: /general/ });
  await channel.waitFor();
  await ada.page.goto("/chat");
  await ada.page.getByRole("button", { name: /general/ }).click();
  const box = message(ada);
  await box.pressSequentially("Good morning, @bo");
  await ada.page.getByRole("option", { name: /Bob Babbage/ }).waitFor();
  await box.press("Enter"); // completes the name
  await box.press("Enter");
  await bob.page.getByLabel("1 unread, 1 for you").waitFor();
  await bob.look("chat-mention");
  await channel.click();
  await bob.page.getByRole("article").getByText("Good morning").waitFor();
}

async function reactAndReply(ada, bob) {
  await bob.page.getByRole("button", { name: "Add a reaction" }).last().click();
  await bob.page.getByRole("menuitem", { name: "🎉" }).click();
  await ada.page.getByRole("button", { name: "🎉, 1 times" }).waitFor();
  await bob.page.getByRole("button", { name: "Reply" }).last().click();
  const reply = bob.page.getByRole("combobox", { name: "Reply" });
  await reply.fill("And to you");
  await reply.press("Enter");
  await ada.page.getByRole("button", { name: "1 reply" }).click();
  await ada.page.getByText("And to you").waitFor();
  await ada.look("chat-thread");
  for (const { page } of [ada, bob]) await page.getByRole("button", { name: "Close" }).click();
}

/** What was said while Bob was offline, and what he said himself, comes once and in order to both. */
async function missNothing(ada, bob) {
  await bob.page.context().setOffline(true);
  await bob.page.getByText("Connecting again").waitFor();
  for (const text of MEANWHILE) await say(ada, text);
  await ada.page.getByText(MEANWHILE.at(-1)).waitFor();
  await say(bob, "said offline");
  await bob.page.getByText("Sending…").waitFor();
  await bob.look("chat-offline");
  await bob.page.context().setOffline(false);
  await bob.page.getByText(MEANWHILE.at(-1)).waitFor();
  await ada.page.getByText("said offline").waitFor();
  await bob.page.getByText("Sending…").waitFor({ state: "detached" });
  for (const { page } of [ada, bob]) {
    const log = await page.getByRole("log").innerText();
    const said = log.split("\n").filter((line) => [...MEANWHILE, "said offline"].includes(line));
    assert.deepEqual(said, [...MEANWHILE, "said offline"]);
  }
}

function message({ page }) {
  return page.getByLabel("Message to general");
}

async function say(person, text) {
  await message(person).fill(text);
  await message(person).press("Enter");
}
