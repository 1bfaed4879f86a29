/**
 * Every page of an application, in the light, in the dark and on a phone: `node pages.mjs business`.
 *
 * Prints a line of JSON for each: violations that axe calls serious, how far what is shown moves while it
 * loads, wide and on a phone (Cumulative Layout Shift), and the bytes of scripts at its first load.
 */

import { journey } from "./browser.mjs";
import { enter } from "./organisation.mjs";
import { APPLICATIONS, routes } from "./routes.mjs";

const NOWHERE = "/nowhere";
const UUID = /[0-9a-f-]{36}/;
const PHONE = { width: 360, height: 740 };

const application = process.argv[2];
const { owner } = APPLICATIONS[application];
const site = process.env[application.toUpperCase()];

await journey(async (person) => {
  const { page, api } = await person(site);
  await enter(page, owner);
  const storageState = await page.context().storageState();
  const paths = await routes(application, api);
  for (const path of paths.public) await visit(await person(site), path);
  for (const path of [...paths.signedIn, NOWHERE]) await visit(await person(site, { storageState }), path);
});

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
  await page.addInitScript(addUpShifts);
  const name = path.replace(UUID, "one").replaceAll(/\W+/g, "-").slice(1) || "home";

  const answer = await page.goto(path);
  if (answer.status() !== (path === NOWHERE ? 404 : 200)) faults.push(`${path} answers ${answer.status()}`);
  const light = await look(`${name}-light`);
  const sizes = await Promise.all(scripts);
  const moved = await shifted(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await look(`${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await page.reload();
  const phone = await look(`${name}-phone`);
  const movedOnPhone = await shifted(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > PHONE.width) faults.push(`${path} is ${width} px wide on a phone`);
  for (const { sum, what } of [moved, movedOnPhone]) if (sum >= 0.1) faults.push(`${path} moves: ${what}`);

  const bytes = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  const shifts = { shift: moved.sum, shift_phone: movedOnPhone.sum };
  console.log(JSON.stringify({ page: path, light, dark, phone, ...shifts, script_bytes: bytes }));
  await page.context().close();
}

/** In the page, before anything of it: remember what moves without anybody having touched it. */
function addUpShifts() {
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      const what = sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? "").slice(0, 100));
      if (!hadRecentInput) globalThis.shifts.push({ value, what });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function shifted(page) {
  const shifts = await page.evaluate(() => globalThis.shifts);
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  return { sum: Number(sum.toFixed(3)), what: JSON.stringify(shifts) };
}
