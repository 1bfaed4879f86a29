/**
 * A directory of thousands, scrolled to its end, sorted and searched by the server: `node directory.mjs <tenant>`.
 *
 * Prints how long things took, and how many elements the page had when it had most.
 */

import assert from "node:assert/strict";

import { journey } from "./browser.mjs";
import { enter, OWNER } from "./organisation.mjs";

const SITE = process.env.BUSINESS;
const PATIENCE = 120_000; // milliseconds
const MOST = 3_000; // elements in the page; ten thousand rows would have 200,000
const SORTS = { Name: "name", Number: "employee_no", "First day": "date_of_joining" };
const [tenant] = process.argv.slice(2);

await journey(async (person) => {
  const { page, api, look } = await person(SITE);
  await enter(page, { ...OWNER, tenant, email: `owner@${tenant}.test` });
  const numbers = async (query) => {
    const { items } = await api("GET", `/hrms/employees?${query}`);
    return items.map(({ employee_no }) => employee_no);
  };
  const { total } = await api("GET", "/hrms/employees?limit=1&total=true");
  const status = page.getByRole("status").filter({ hasText: /^[\d,]+ of/ });
  const row = (which) => page.getByRole("row").nth(which);
  const elements = [];

  let began = performance.now();
  await page.goto("/employees");
  await row(1).waitFor();
  const opened = performance.now() - began;
  await look("directory");

  began = performance.now();
  for (let shown = 0; shown < total && performance.now() < began + PATIENCE;) {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    elements.push(await page.evaluate(() => document.querySelectorAll("*").length));
    shown = Number((await status.innerText()).split(" ")[0].replaceAll(",", ""));
  }
  const scrolled = performance.now() - began;
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await row(-1)
    .filter({ hasText: (await numbers("sort=-name&limit=1"))[0] })
    .waitFor();
  await look("directory-end");
  assert.equal(await row(-1).getAttribute("aria-rowindex"), String(total + 1));
  assert(Math.max(...elements) < MOST, `${Math.max(...elements)} elements`);

  await page.evaluate(() => scrollTo(0, 0));
  for (const [title, field] of Object.entries(SORTS)) {
    const header = page.getByRole("columnheader", { name: title });
    for (const [direction, sort] of Object.entries({ ascending: field, descending: `-${field}` })) {
      if ((await header.getAttribute("aria-sort")) !== direction) await header.getByRole("button").click();
      const first = await numbers(`sort=${sort}&limit=3`);
      for (const [place, number] of first.entries())
        await row(place + 1)
          .filter({ hasText: number })
          .waitFor();
    }
  }

  const [sought] = await numbers("sort=-employee_no&limit=1");
  began = performance.now();
  await page.getByRole("searchbox").fill(sought);
  await page.getByText("1 of 1").waitFor();
  const searched = performance.now() - began;
  await row(1).filter({ hasText: sought }).waitFor();

  const figures = { opened_ms: opened, scrolled_ms: scrolled, searched_ms: searched };
  const rounded = Object.entries(figures).map(([name, value]) => [name, Math.round(value)]);
  console.log(JSON.stringify({ ...Object.fromEntries(rounded), most_elements: Math.max(...elements) }));
});
