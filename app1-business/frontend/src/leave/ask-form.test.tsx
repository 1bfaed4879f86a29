import { answer, Gateway, page, refusal } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { fireEvent, screen, waitFor } from "@testing-library/react";

import { messages } from "@/messages";

import { AskForm } from "./ask-form";

const ASK = "POST /hrms/leave-requests";
const LEAVE = {
  id: "l1",
  from: "2026-03-02",
  to: "2026-03-06",
  half_day: null,
  days: "4",
  asked: { name: "Ben" },
};

let gateway: Gateway;
let closed: number;

beforeEach(() => {
  closed = 0;
  gateway = new Gateway()
    .on("GET /hrms/leave-types", () => page([{ id: "annual", name: "Annual leave" }]))
    .on(ASK, () => answer(LEAVE, {}, 201));
});

async function form() {
  const { user } = show(<AskForm onClose={() => (closed += 1)} />, { messages: messages.en });
  await waitFor(() => {
    expect(screen.getByRole("dialog")).toContainElement(document.activeElement as HTMLElement);
  });
  const days = (from: string, to: string) => {
    fireEvent.change(screen.getByLabelText(/^First day/), { target: { value: from } });
    fireEvent.change(screen.getByLabelText(/^Last day/), { target: { value: to } });
  };
  const choose = async () => {
    await user.click(screen.getByRole("combobox", { name: /^Kind of leave/ }));
    await user.click(await screen.findByRole("option", { name: "Annual leave" }));
  };
  const send = () => user.click(screen.getByRole("button", { name: "Count and ask" }));
  return { user, days, choose, send };
}

test("what is asked for is counted by the fleet, and kept", async () => {
  const { user, days, choose, send } = await form();
  await choose();
  days("2026-03-02", "2026-03-06");
  await send();
  expect(await screen.findByText(/4 days$/)).toBeInTheDocument();
  expect(screen.getByText("Ben is asked to decide.")).toBeInTheDocument();
  expect(gateway.asked(ASK)[0]?.body).toEqual({ leave_type_id: "annual", from: LEAVE.from, to: LEAVE.to });
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  expect(closed).toBe(1);
});

test("what costs too much is taken back at once", async () => {
  gateway.on("POST /hrms/leave-requests/l1/cancel", () => answer(LEAVE));
  const { user, choose, send } = await form();
  await choose();
  await send();
  await user.click(await screen.findByRole("button", { name: "Take back" }));
  expect(gateway.asked("POST /hrms/leave-requests/l1/cancel")).toHaveLength(1);
  expect(closed).toBe(1);
});

test("part of a day is asked for one day alone, and the last day follows the first", async () => {
  const { days } = await form();
  days("2026-03-02", "2026-03-02");
  expect(screen.getByRole("combobox", { name: "How much of the day" })).toBeInTheDocument();
  days("2026-03-02", "2026-03-06");
  expect(screen.queryByRole("combobox", { name: "How much of the day" })).not.toBeInTheDocument();
  fireEvent.change(screen.getByLabelText(/^First day/), { target: { value: "2026-03-09" } });
  expect(screen.getByLabelText(/^Last day/)).toHaveValue("2026-03-09");
});

test("without a kind of leave nothing is sent", async () => {
  const { send } = await form();
  await send();
  expect(await screen.findByText("Choose a kind of leave.")).toBeInTheDocument();
  expect(gateway.asked(ASK)).toEqual([]);
});

test("a refusal about a day is said at that day", async () => {
  const errors = [{ pointer: "/to", detail: "It is before the first day." }];
  gateway.on(ASK, () => refusal(422, "validation", { errors }));
  const { choose, send } = await form();
  await choose();
  await send();
  expect(await screen.findByText("It is before the first day.")).toBeInTheDocument();
});
