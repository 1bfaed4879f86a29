import { answer, Gateway, page, refusal } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { screen } from "@testing-library/react";

import { messages } from "@/messages";

import { HireForm } from "./hire-form";
import { JobChange } from "./job-change";
import type { Employee } from "./types";

const BEN = {
  id: "ben",
  first_name: "Ben",
  position: "Engineer",
  department_id: "d1",
  manager_id: null,
  manager: null,
  employment_type: "full_time",
} as Employee;

const CHANGE = "POST /hrms/employees/ben/job-changes";
const HIRE = "POST /hrms/employees";

let gateway: Gateway;

beforeEach(() => {
  gateway = new Gateway()
    .on("GET /hrms/departments", () => page([{ id: "d1", name: "Product", parent_id: null }]))
    .on("GET /hrms/employees", () => page([]))
    .on(CHANGE, () => answer({}))
    .on(HIRE, () => answer({ id: "cy", first_name: "Cy" }, {}, 201));
});

test("of a job only what is changed is sent, and from which day on", async () => {
  let closed = false;
  const { user } = show(<JobChange employee={BEN} onClose={() => (closed = true)} />, {
    messages: messages.en,
  });
  await user.clear(screen.getByLabelText("Position"));
  await user.type(screen.getByLabelText("Position"), "Lead");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeInTheDocument();
  expect(closed).toBe(true);
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London" }).format(new Date());
  expect(gateway.asked(CHANGE)[0]?.body).toEqual({ valid_from: today, position: "Lead" });
});

async function hire() {
  const { user, address } = show(<HireForm opened onClose={() => undefined} />, { messages: messages.en });
  await user.type(screen.getByLabelText(/^First name/), "Cy");
  await user.type(screen.getByLabelText(/^Last name/), "Young");
  await user.type(screen.getByLabelText(/^E-mail/), "cy@acme.test");
  await user.click(screen.getByRole("button", { name: "Hire" }));
  return address;
}

test("who is hired has their page shown; what was left out is not sent", async () => {
  const address = await hire();
  expect(await screen.findByText(/Cy/)).toBeInTheDocument();
  expect(address()).toBe("/employees/cy");
  const { body } = gateway.asked(HIRE)[0] ?? {};
  expect(body).toMatchObject({ first_name: "Cy", department_id: null, employment_type: "full_time" });
  expect(body).not.toHaveProperty("position");
  expect(body).not.toHaveProperty("employee_no");
});

test("an address that somebody has already is said at its field", async () => {
  const errors = [{ pointer: "/email", detail: "Somebody has this address." }];
  gateway.on(HIRE, () => refusal(409, "hrms.email_taken", { errors }));
  const address = await hire();
  expect(await screen.findByText("Somebody has this address.")).toBeInTheDocument();
  expect(screen.getByLabelText(/^E-mail/)).toBeInvalid();
  expect(address()).toBe("/");
});
