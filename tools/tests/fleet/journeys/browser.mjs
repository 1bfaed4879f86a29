/** People with browsers of their own, whose pages have to be free of faults wherever they go. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SERIOUS = new Set(["serious", "critical"]);
const SHOTS = process.env.SHOTS;
const TALLEST = 16_384; // px of a picture

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox"], // root has none, and the pages are ours
});

/** Run a journey; a fault that a page showed on its way fails it as well. */
export async function journey(travel) {
  const people = [];
  const person = async (site, options = {}) => {
    people.push(await newPerson(site, options));
    return people.at(-1);
  };
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  try {
    await travel(person);
    assert.deepEqual(
      people.flatMap(({ faults }) => faults),
      [],
    );
  } catch (error) {
    for (const [number, { page, faults, shoot }] of people.entries()) {
      if (page.isClosed()) continue;
      console.error(page.url(), faults, await page.locator("body").innerText());
      await shoot(`failed-${number}`);
    }
    throw error;
  } finally {
    await browser.close();
  }
}

/** In the page: what moves or changes its colour has done so; what turns for ever is not waited for. */
async function moved() {
  const ending = document
    .getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}

async function newPerson(site, options) {
  const context = await browser.newContext({
    baseURL: site,
    locale: "en-GB",
    reducedMotion: "reduce", // what fades in has another contrast on its way
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.stack}`));
  page.on("console", (message) => {
    const what = `${message.text()} ${message.location().url}`;
    if (message.type() === "error" && !isSaidByThePage(what)) faults.push(`${page.url()}: ${what}`);
  });
  // A refused request is logged by the browser itself; what matters of it is what the page says.
  const isSaidByThePage = (what) =>
    what.includes("net::ERR_INTERNET_DISCONNECTED") ||
    (what.startsWith("Failed to load resource") &&
      (what.includes(`${site}/api/`) || what.endsWith(page.url())));

  const shoot = async (name) => {
    if (!SHOTS) return;
    const height = await page.evaluate(() => document.body.scrollHeight);
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: height < TALLEST });
  };
  return {
    page,
    faults,
    shoot,
    /**
     * Hold that nothing of what the page shows now is seriously inaccessible.
     *
     * `name` is its screenshot's. Resolves to how many violations there are; each is a fault.
     */
    async look(name) {
      await page.waitForLoadState("networkidle");
      await page.locator(".mantine-Skeleton-root, [aria-busy=true]").first().waitFor({ state: "detached" });
      await page.evaluate(moved);
      await shoot(name);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const serious = violations.filter(({ impact }) => SERIOUS.has(impact));
      for (const { id, impact, nodes } of serious) {
        faults.push(`${page.url()} (${name}): ${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      }
      return serious.length;
    },
    /** Something of the API that this journey needs and is not about. */
    async api(method, path, body, extra = {}) {
      const answer = await page.evaluate(
        async ([method, path, body, extra]) => {
          const headers = { "content-type": "application/json", ...extra };
          const init = { method, headers, body: body && JSON.stringify(body) };
          const response = await fetch(`/api/gateway${path}`, init);
          return { ok: response.ok, json: await response.json() };
        },
        [method, path, body, extra],
      );
      assert(answer.ok, `${method} ${path}: ${JSON.stringify(answer.json)}`);
      return answer.json;
    },
  };
}
