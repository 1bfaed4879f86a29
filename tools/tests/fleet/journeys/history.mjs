/**
 * A channel of thousands of messages, read back to the oldest and down again: `node history.mjs <tenant>`.
 *
 * Their texts are "message 1", "message 2" and so on. Prints how long things took, and how many messages
 * were in the page when it had most of them.
 */

import assert from "node:assert/strict";

import { journey } from "./browser.mjs";
import { enter, OWNER } from "./organisation.mjs";

const SITE = process.env.BUSINESS;
const PATIENCE = 120_000; // milliseconds
const MOST = 100; // messages in the page
const [tenant] = process.argv.slice(2);

await journey(async (person) => {
  const { page, api, look } = await person(SITE);
  await enter(page, { ...OWNER, tenant, email: `owner@${tenant}.test` });
  const [{ id }] = (await api("GET", "/chat/channels?limit=1")).items;
  const [newest] = (await api("GET", `/chat/channels/${id}/messages?limit=1`)).items;
  const total = Number(newest.text.split(" ")[1]);

  let began = performance.now();
  await page.goto(`/chat?channel=${id}`);
  const log = page.getByRole("log");
  await log.getByText(newest.text, { exact: true }).waitFor();
  const opened = performance.now() - began;
  await look("history-newest");

  began = performance.now();
  await log.evaluate(toTheOldest, PATIENCE);
  const up = performance.now() - began;
  await log.getByText("message 1", { exact: true }).waitFor();
  await look("history-oldest");

  began = performance.now();
  const { numbers, most } = await log.evaluate(toTheNewest);
  const down = performance.now() - began;
  assert.deepEqual(
    numbers,
    Array.from({ length: total }, (_, index) => index + 1),
  );
  assert(most < MOST, `${most} messages are in the page at once`);

  const [opened_ms, up_ms, down_ms] = [opened, up, down].map(Math.round);
  console.log(JSON.stringify({ opened_ms, up_ms, down_ms, most_messages: most }));
});

/** In the page: scroll upwards until there is nothing above the first message. */
async function toTheOldest(log, patience) {
  const first = () => log.querySelector("article").innerText.split("\n");
  for (const deadline = Date.now() + patience; Date.now() < deadline && !first().includes("message 1");) {
    log.scrollTop = 0;
    await new Promise(requestAnimationFrame);
  }
}

/** In the page: what was said, in the order in which one comes by it on the way down. */
async function toTheNewest(log) {
  const [numbers, counts] = [new Set(), []];
  for (let above = -1; log.scrollTop > above;) {
    const articles = [...log.querySelectorAll("article")];
    const said = articles.flatMap(({ innerText }) => innerText.match(/message (\d+)/)?.[1] ?? []);
    for (const number of said.map(Number).sort((a, b) => a - b)) numbers.add(number);
    counts.push(articles.length);
    above = log.scrollTop;
    log.scrollTop += log.clientHeight * 0.8;
    await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
  }
  return { numbers: [...numbers], most: Math.max(...counts) };
}
