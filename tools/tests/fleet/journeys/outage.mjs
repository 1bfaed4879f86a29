/** The gateway goes away for a while: pages say so, and go on when it is back. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";

import { journey } from "./browser.mjs";
import { register } from "./organisation.mjs";

/** What React logs of a page whose server failed; here the page has to say so itself. */
const FAILED_THERE = "React error #441";
const SERVER = `${process.env.WEB}/app1-frontend/app1-business/frontend/server.js`;

const gateway = await door(new URL(process.env.GATEWAY));
const frontend = await serve(gateway.port);

try {
  await journey(async (person) => {
    const ada = await person(frontend.address);
    await register(ada, "business");
    await ada.page.goto("/people");
    await ada.page.getByRole("cell", { name: "Ada Lovelace" }).waitFor();

    await gateway.shut();
    await anAct(ada);
    await aWholePage(ada);
    ada.faults.splice(0, Infinity, ...ada.faults.filter((fault) => !fault.includes(FAILED_THERE)));
  });
} finally {
  frontend.stop();
  await gateway.shut();
}

/** What one is in the middle of is not lost. */
async function anAct({ page, look }) {
  await page.getByRole("button", { name: "Invite" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("E-mail address").fill("bob@journey.test");
  await form.getByRole("button", { name: "Invite" }).click();
  await form.getByText("The service is away for a moment").waitFor();
  await look("outage-act");
  assert.equal(await form.getByLabel("E-mail address").inputValue(), "bob@journey.test");
}

async function aWholePage({ page, look }) {
  const failed = page.getByRole("heading", { name: "The service is away" });
  assert.equal((await page.goto("/people")).status(), 500);
  await failed.waitFor();
  await look("outage-page");
  await page.getByRole("button", { name: "Try again" }).click();
  await failed.waitFor();

  await gateway.open();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("cell", { name: "Ada Lovelace" }).waitFor();
}

/** A way to a server that can be shut, which ends who is on it, and opened again. */
async function door({ hostname, port }) {
  const inside = new Set();
  const server = createServer((from) => {
    const to = connect(port, hostname);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ]) {
      inside.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => inside.delete(socket));
      socket.pipe(other);
    }
  });
  const open = async (where = 0) => {
    server.listen(where, "127.0.0.1");
    await once(server, "listening");
    return server.address().port;
  };
  const here = await open();
  return {
    port: here,
    open: () => open(here),
    shut: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of inside) socket.destroy();
      await closed;
    },
  };
}

/** The Business System's frontend, before that door. */
async function serve(gatewayPort) {
  const port = await freePort();
  const settings = {
    HOSTNAME: "127.0.0.1",
    PORT: String(port),
    FRONTEND_GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`,
  };
  const server = spawn(process.execPath, [SERVER], { env: { ...process.env, ...settings } });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (log += text));
  const address = `http://localhost:${port}`;
  for (let ready = false; !ready;) {
    assert.equal(server.exitCode, null, log);
    ready = await fetch(`${address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
  return { address, stop: () => server.kill() };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}
