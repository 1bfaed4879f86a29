/** Every page of an application, and who looks at them: the owners of the demo tenants. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";

const PASSWORD = "only-for-development";

export const APPLICATIONS = {
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

/** The paths of all pages, from the sources; those for who is signed in with something to show. */
export async function routes(application, api) {
  const { folder, more } = APPLICATIONS[application];
  const app = new URL(`../../../../${folder}/frontend/src/app/`, import.meta.url);
  const pages = readdirSync(app, { recursive: true }).filter((file) => file.endsWith("/page.tsx"));
  const paths = (group) =>
    pages
      .filter((file) => file.startsWith(group))
      .map((file) => file.slice(group.length, -"/page.tsx".length) || "/")
      .sort();
  const signedIn = await Promise.all(paths("(signed-in)").map((path) => filled(api, path)));
  return { public: paths("(public)"), signedIn: [...signedIn, ...(await more(api))] };
}

async function filled(api, path) {
  if (!path.includes("[")) return path;
  assert(path in SHOWN, `say in SHOWN where ${path} finds something to show`);
  return path.replace("[id]", await first(api, SHOWN[path]));
}

async function first(api, list) {
  return (await api("GET", list)).items[0].id;
}
