import { screen } from "@testing-library/react";

import { answer, Gateway } from "../testing/gateway";
import { session, show } from "../testing/show";
import { Organisation } from "./organisation";

const CHANGE = "PATCH /user/tenant";

test("who may, changes what the organisation is called and how its days are told", async () => {
  let { tenant } = session;
  const gateway = new Gateway()
    .on("GET /user/tenant", () => answer(tenant, { etag: `"${tenant.name}"` }))
    .on(CHANGE, ({ body }) => {
      tenant = { ...tenant, ...(body as Partial<typeof tenant>) };
      return answer(tenant);
    });
  const { user } = show(<Organisation />, { permissions: ["user.tenant.write"] });
  await user.type(await screen.findByRole("textbox", { name: "Name" }), " Mills");
  await user.click(screen.getByRole("combobox", { name: "Days and numbers" }));
  await user.click(await screen.findByRole("option", { name: /^Austrian German/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Saved.")).toBeInTheDocument();
  const [asked] = gateway.asked(CHANGE);
  expect(asked?.headers.get("if-match")).toBe('"Acme"');
  expect(asked?.body).toEqual({
    name: "Acme Mills",
    country: "GB",
    time_zone: "Europe/London",
    locale: "de-AT",
  });
});

test("others are told that they may not", () => {
  show(<Organisation />);
  expect(screen.getByRole("heading", { name: "You may not see this" })).toBeInTheDocument();
});
