import { answer, Gateway, page, refusal } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { screen } from "@testing-library/react";

import { messages } from "@/messages";

import { LinkAccount } from "./link-account";
import type { Employee } from "./types";

const employee = { id: "cy", first_name: "Cy" } as Employee;
const LINK = "PUT /hrms/employees/cy/account";

async function chooseAda(gateway: Gateway) {
  gateway.on("GET /user/users", () => page([{ id: "ada", name: "Ada", email: "ada@acme.test" }]));
  const closed = jest.fn();
  const { user } = show(<LinkAccount start={{ data: employee, etag: '"3"' }} onClose={closed} />, {
    messages: messages.en,
  });
  await user.click(await screen.findByRole("combobox", { name: "Account" }));
  await user.click(await screen.findByRole("option", { name: "Ada, ada@acme.test" }));
  await user.click(screen.getByRole("button", { name: "Link account" }));
  return closed;
}

test("the account that is chosen becomes the employee's, as they were when this began", async () => {
  const gateway = new Gateway().on(LINK, () => answer({}));
  const closed = await chooseAda(gateway);
  expect(await screen.findByText("Saved.")).toBeInTheDocument();
  expect(closed).toHaveBeenCalled();
  const [asked] = gateway.asked(LINK);
  expect([asked?.body, asked?.headers.get("if-match")]).toEqual([{ user_id: "ada" }, '"3"']);
});

test("an account that is somebody else's already is refused in words", async () => {
  const closed = await chooseAda(new Gateway().on(LINK, () => refusal(409, "hrms.account_taken")));
  expect(await screen.findByRole("alert")).toHaveTextContent("The account belongs to another employee.");
  expect(closed).not.toHaveBeenCalled();
});
