/**
 * Every page of an application, in the light, in the dark and on a phone: `node pages.mjs business`.
 *
 * Prints a line of JSON for each: violations that axe calls serious, and the bytes of scripts at its first load.
 */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";

import { journey } from "./browser.mjs";
import { isSignedIn, signIn } from "./organisation.mjs";

const PASSWORD = "only-for-development";
const APPLICATIONS = {
  business: {
    folder: "app1-business",
    owner: { tenant: "1", name: "Ada Lovelace", email: "ada@acme.test", password: PASSWORD },
    more: async (api) => [`/chat?channel=${await first(api, "/chat/channels?limit=1")}`],
  },
  school: {
    folder: "app2-school-erp",
    owner: { tenant: "2", name: "Grace Okafor", email: "grace@riverside.test", password: PASSWORD },
    more: () => [],
  },
};
/** Where the [id] of a page comes from. */
const SHOWN = {
  "/employees/[id]": "/hrms/employees?limit=1",
  "/catalogue/[id]": "/libraries/books?limit=1",
  "/patrons/[id]": "/libraries/patrons?limit=1",
};
const NOWHERE = "/nowhere";
const UUID = /[0-9a-f-]{36}/;
const PHONE = { width: 360, height: 740 };

const application = process.argv[2];
const { folder, owner, more } = APPLICATIONS[application];
const site = process.env[application.toUpperCase()];

await journey(async (person) => {
  const { page, api } = await person(site);
  await page.goto(`/login?tenant=${owner.tenant}`);
  await signIn(page, owner);
  await isSignedIn(page, owner.name);
  const storageState = await page.context().storageState();

  const routes = written();
  for (const path of routes.public) await visit(await person(site), path);
  const signedIn = await Promise.all(routes.signedIn.map((path) => filled(api, path)));
  for (const path of [...signedIn, ...(await more(api)), NOWHERE]) {
    await visit(await person(site, { storageState }), path);
  }
});

/** The paths of all pages, from the sources. */
function written() {
  const app = new URL(`../../../../${folder}/frontend/src/app/`, import.meta.url);
  const pages = readdirSync(app, { recursive: true }).filter((file) => file.endsWith("/page.tsx"));
  const paths = (group) =>
    pages
      .filter((file) => file.startsWith(group))
      .map((file) => file.slice(group.length, -"/page.tsx".length) || "/")
      .sort();
  return { public: paths("(public)"), signedIn: paths("(signed-in)") };
}

async function filled(api, path) {
  if (!path.includes("[")) return path;
  assert(path in SHOWN, `say in SHOWN where ${path} finds something to show`);
  return path.replace("[id]", await first(api, SHOWN[path]));
}

async function first(api, list) {
  return (await api("GET", list)).items[0].id;
}

/** Look at a page from all sides, nothing of it kept by the browser before. */
async function visit({ page, faults, look }, path) {
  const scripts = [];
  page.on(
    "requestfinished",
    (request) => request.resourceType() === "script" && scripts.push(request.sizes()),
  );
  page.on("response", (response) => {
    // That there is nothing (404) is what some pages ask.
    if (response.url().startsWith(`${site}/api/`) && !response.ok() && response.status() !== 404)
      faults.push(`${path}: ${response.status()} of ${response.url()}`);
  });
  const name = path.replace(UUID, "one").replaceAll(/\W+/g, "-").slice(1) || "home";

  const answer = await page.goto(path);
  if (answer.status() !== (path === NOWHERE ? 404 : 200)) faults.push(`${path} answers ${answer.status()}`);
  const light = await look(`${name}-light`);
  const sizes = await Promise.all(scripts);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await look(`${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  const phone = await look(`${name}-phone`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > PHONE.width) faults.push(`${path} is ${width} px wide on a phone`);

  const bytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  console.log(JSON.stringify({ page: path, light, dark, phone, script_bytes: bytes }));
  await page.context().close();
}
