/**
 * Somebody goes about by the command palette, and changes to German: `node german.mjs business`.
 *
 * From then on no page shows what is said in English, and days are told as Germans do.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { journey } from "./browser.mjs";
import { enter, signOut } from "./organisation.mjs";
import { APPLICATIONS, routes } from "./routes.mjs";

const WHERE_TO = {
  business: { typed: "org", entry: "Org chart", path: /org-chart$/ },
  school: { typed: "desk", entry: "Library desk", path: /desk$/ },
};
/** A page that tells days. */
const DAYS = { business: "/employees", school: "/loans" };
/** Departments of a demo tenant, and words of ours elsewhere. */
const NAMES = ["People", "Sales"];
const ENGLISH_DAY = /\b\d{1,2} (Jan|Mar|May|Oct|Dec|[A-Z][a-z]+) \d{4}\b|\b\d{1,2}\/\d{1,2}\/\d{4}\b/;
const GERMAN_DAY = /\b\d{1,2}\.\d{1,2}\.\d{4}\b/;

const application = process.argv[2];
const { folder, owner } = APPLICATIONS[application];

await journey(async (person) => {
  const { page, api, faults, look } = await person(process.env[application.toUpperCase()]);
  await enter(page, owner);
  const paths = await routes(application, api);
  const english = said();

  await goByPalette(page, look);
  const before = await texts(page, [DAYS[application]]);
  assert(before.some((text) => ENGLISH_DAY.test(text)));

  await page.getByRole("button", { name: "Account of" }).click();
  await page.getByRole("menuitem", { name: "Deutsch" }).click();
  await page.getByRole("link", { name: "Übersicht" }).waitFor();
  await page.locator("html[lang=de-DE]").waitFor();
  const after = await texts(page, paths.signedIn);
  assert(after.some((text) => GERMAN_DAY.test(text)));
  await look("german");
  await signOut(page, { account: "Konto von", item: "Abmelden" });
  after.push(...(await texts(page, paths.public)));

  const left = new Set(
    after.filter((text) => (english.has(text) && !NAMES.includes(text)) || ENGLISH_DAY.test(text)),
  );
  if (left.size > 0) faults.push(`not in German: ${[...left].join(" | ")}`);
});

/** By the keyboard alone. */
async function goByPalette(page, look) {
  const { typed, entry, path } = WHERE_TO[application];
  await page.keyboard.press("Control+k");
  await page.getByRole("textbox", { name: "Where to" }).waitFor();
  await look("palette");
  await page.keyboard.type(typed);
  await page.getByRole("dialog").getByText(entry).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(path);
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** What pages show, and what they have read aloud. */
async function texts(page, paths) {
  const all = [];
  for (const path of paths) {
    await page.goto(path);
    await page.waitForLoadState("networkidle");
    all.push(...(await page.evaluate(shownTexts)));
  }
  return all;
}

/** In the page. */
function shownTexts() {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (parentElement.checkVisibility()) found.push(data);
  }
  for (const name of ["aria-label", "placeholder", "title"])
    for (const element of document.querySelectorAll(`[${name}]`)) found.push(element.getAttribute(name));
  return found.map((text) => text.trim()).filter(Boolean);
}

/** What is said in English and otherwise in German, of what has no slots. */
function said() {
  const [english, german] = ["en", "de"].map((locale) =>
    ["shared-libs/web", `${folder}/frontend`].flatMap((where) => {
      const messages = new URL(`../../../../${where}/messages/${locale}/`, import.meta.url);
      return readdirSync(messages).flatMap((file) =>
        leaves(JSON.parse(readFileSync(new URL(file, messages)))),
      );
    }),
  );
  const both = new Set(german);
  return new Set(english.filter((text) => !both.has(text) && !text.includes("{")));
}

function leaves(messages) {
  return typeof messages === "string" ? [messages] : Object.values(messages).flatMap(leaves);
}
