import { screen } from "@testing-library/react";
import { useState } from "react";

import { userApi } from "../api/user";
import { answer, Gateway, refusal } from "../testing/gateway";
import { show } from "../testing/show";
import { ConflictDialog } from "./conflict-dialog";
import { useVersionedSave } from "./use-versioned-save";

function Form() {
  const [said, setSaid] = useState("");
  const { save, conflict } = useVersionedSave<string>({
    etag: '"1"',
    read: () => Promise.resolve({ etag: '"2"' }),
    send: (name, etag) =>
      userApi
        .PATCH("/user/tenant", { body: { name }, params: { header: { "if-match": etag } } })
        .then(() => undefined),
    onSaved: () => setSaid("saved"),
    onError: () => setSaid("refused"),
    onTakeTheirs: () => setSaid("theirs"),
  });
  return (
    <>
      <button onClick={() => save("mine")}>Save</button>
      <output>{said}</output>
      <ConflictDialog {...conflict} />
    </>
  );
}

let gateway: Gateway;
const versions = () => gateway.asked("PATCH /user/tenant").map(({ headers }) => headers.get("if-match"));

beforeEach(() => {
  gateway = new Gateway().on("PATCH /user/tenant", ({ headers }) =>
    headers.get("if-match") === '"2"' ? answer({}) : refusal(412, "stale"),
  );
});

async function conflicting() {
  const { user } = show(<Form />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("dialog", { name: "Somebody else has changed this meanwhile" });
  return user;
}

test("keeping one's own sends it again over the version that is there now", async () => {
  const user = await conflicting();
  await user.click(screen.getByRole("button", { name: "Keep mine" }));
  expect(await screen.findByText("saved")).toBeInTheDocument();
  expect(versions()).toEqual(['"1"', '"2"']);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("taking theirs drops one's own and sends nothing", async () => {
  const user = await conflicting();
  await user.click(screen.getByRole("button", { name: "Take theirs" }));
  expect(await screen.findByText("theirs")).toBeInTheDocument();
  expect(versions()).toEqual(['"1"']);
});

test("another refusal is no conflict", async () => {
  gateway.on("PATCH /user/tenant", () => refusal(409, "user.email_taken"));
  const { user } = show(<Form />);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("refused")).toBeInTheDocument();
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});
