import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const FOLDER = process.env.MAIL_FOLDER;

/** The link to `path` in the newest mail that was sent to `address`, once there is one. */
export async function mailedLink(address, path) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await setTimeout(100)) {
    for (const name of readdirSync(FOLDER).sort().reverse()) {
      const mail = readFileSync(`${FOLDER}/${name}`, "utf8")
        .replaceAll(/=\r?\n/g, "")
        .replaceAll("=3D", "=");
      const link =
        mail.includes(`To: ${address}`) && mail.match(/^https?:\S+/gm)?.find((each) => each.includes(path));
      if (link) return link;
    }
  }
  assert.fail(`no mail to ${address} leads to ${path}`);
}
