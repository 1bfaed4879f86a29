import { answer, Gateway, page } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { act, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";

import { messages } from "@/messages";

import { Import } from "./import";

const JOB = { id: "j1", state: "running", done: 0, total: 2, refused: 0, counts: {} };
const LOOK = "GET /hrms/jobs/j1";

let gateway: Gateway;

beforeEach(() => {
  jest.useFakeTimers();
  gateway = new Gateway().on("POST /hrms/imports", () => answer(JOB, {}, 202));
});

afterEach(() => {
  jest.useRealTimers();
});

async function tried() {
  const user = userEvent.setup({ delay: null });
  show(<Import />, { messages: messages.en });
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  if (input) await user.upload(input, new File(["employee_no\n1"], "people.csv", { type: "text/csv" }));
  await user.click(screen.getByRole("button", { name: "Try it" }));
  return user;
}

test("a file is tried first, watched until that is done, and imported after it", async () => {
  const states = [
    { ...JOB, done: 1 },
    { ...JOB, state: "done", done: 2, counts: { created: 2 } },
  ];
  gateway.on(LOOK, () => answer(states.shift() ?? { ...JOB, state: "done", counts: { created: 2 } }));
  const user = await tried();
  expect(await screen.findByText("1 of 2 rows")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Import" })).not.toBeInTheDocument();
  await act(() => jest.advanceTimersByTimeAsync(1_000));
  expect(await screen.findByText(/^2 would be hired/)).toBeInTheDocument();
  const looks = gateway.asked(LOOK).length;
  await act(() => jest.advanceTimersByTimeAsync(10_000));
  expect(gateway.asked(LOOK)).toHaveLength(looks);

  await user.click(screen.getByRole("button", { name: "Import" }));
  expect(await screen.findByText(/^2 hired/)).toBeInTheDocument();
  expect(gateway.asked("POST /hrms/imports").map(({ query }) => query.get("dry_run"))).toEqual([
    "true",
    "false",
  ]);
});

test("mistakes in a file are listed by their row", async () => {
  gateway
    .on(LOOK, () => answer({ ...JOB, state: "done", done: 2, refused: 1, counts: { created: 1 } }))
    .on("GET /hrms/jobs/j1/errors", () =>
      page([{ id: "e1", row: 2, column: "email", code: "invalid", detail: "No address." }], null, 1),
    );
  await tried();
  expect(await screen.findByText("No address.")).toBeInTheDocument();
});
