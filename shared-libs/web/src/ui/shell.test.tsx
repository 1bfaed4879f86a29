import { screen, waitFor, within } from "@testing-library/react";
import { IconUsers } from "@tabler/icons-react";

import { answer, Gateway, page } from "../testing/gateway";
import { audit, session, show } from "../testing/show";
import { Permitted } from "./permitted";
import { Shell } from "./shell";

let gateway: Gateway;

beforeEach(() => {
  gateway = new Gateway().on("GET /user/notifications", () => page([], null, 0));
});

function shell(permissions: string[], address = "/") {
  const nav = [{ href: "/employees", label: "Employees", icon: IconUsers, needs: "hrms.employee.read" }];
  const mine = { ...session, user: { ...session.user, permissions } };
  const content = (
    <Permitted needs="hrms.employee.read">
      <h1>All employees</h1>
    </Permitted>
  );
  return show(
    <Shell product="Business System" session={mine} nav={nav}>
      {content}
    </Shell>,
    { address },
  );
}

const links = () =>
  within(screen.getByRole("navigation", { name: "Navigation" }))
    .getAllByRole("link")
    .map((link) => link.textContent);

test("the navigation has what one may see, and the page shows it", async () => {
  shell(["hrms.employee.read", "user.audit.read"], "/employees");
  expect(links()).toEqual(["Dashboard", "Employees", "Audit log"]);
  expect(screen.getByRole("link", { name: "Employees" })).toHaveAttribute("aria-current", "page");
  expect(await screen.findByRole("heading", { name: "All employees" })).toBeInTheDocument();
});

test("who may not see a page is told so, and has no way to it in the navigation", () => {
  shell([], "/employees");
  expect(links()).toEqual(["Dashboard"]);
  expect(screen.getByRole("heading", { name: "You may not see this" })).toBeInTheDocument();
  expect(screen.queryByText("All employees")).not.toBeInTheDocument();
});

test("the palette finds a page by its name and goes there", async () => {
  const { user, address } = shell(["hrms.employee.read"]);
  await user.click(screen.getByRole("button", { name: /Go to/ }));
  await user.type(await screen.findByRole("textbox", { name: "Where to, or what to do?" }), "empl");
  await user.click(await screen.findByRole("button", { name: "Employees" }));
  expect(address()).toBe("/employees");
});

test("the bell counts what is new, shows it, and counts it as read when told to", async () => {
  const about = { id: "1", kind: "user.roles_changed", data: { roles: "owner" }, created_at: new Date() };
  let unread = [about];
  gateway
    .on("GET /user/notifications", () => page(unread, null, unread.length))
    .on("POST /user/notifications/read", () => {
      unread = [];
      return answer(undefined, {}, 204);
    });
  const { user } = shell([]);
  await user.click(await screen.findByRole("button", { name: "Notifications: 1 new notification" }));
  expect(await screen.findByText("You have these roles now: owner")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Mark all as read" }));
  expect(
    await screen.findByRole("button", { name: "Notifications: No new notifications" }),
  ).toBeInTheDocument();
});

test("a notification leads to the page that shows more, and counts as read then", async () => {
  const about = { id: "1", kind: "user.device_added", data: { address: "::1" }, created_at: new Date() };
  gateway
    .on("GET /user/notifications", () => page([about], null, 1))
    .on("POST /user/notifications/read", () => answer(undefined, {}, 204));
  const { user } = shell([]);
  await user.click(await screen.findByRole("button", { name: "Notifications: 1 new notification" }));
  const link = await screen.findByRole("link", { name: /from a new device/ });
  expect(link).toHaveAttribute("href", "/account/sessions");
  link.addEventListener("click", (event) => {
    event.preventDefault(); // there is no page to go to here
  });
  await user.click(link);
  expect(gateway.asked("POST /user/notifications/read").map(({ body }) => body)).toEqual([{ ids: ["1"] }]);
  await waitFor(() => {
    expect(link).not.toBeVisible();
  });
});

test("a screen reader gets along with what surrounds a page", async () => {
  const { container } = shell(["hrms.employee.read"]);
  await screen.findByRole("button", { name: "Notifications: No new notifications" });
  expect(await audit(container)).toHaveNoViolations();
});
