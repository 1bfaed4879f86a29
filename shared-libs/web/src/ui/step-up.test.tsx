import { screen } from "@testing-library/react";

import { userApi } from "../api/user";
import { answer, Gateway, refusal } from "../testing/gateway";
import { show } from "../testing/show";
import { StepUp } from "./step-up";

let gateway: Gateway;
let proven: boolean;

beforeEach(() => {
  proven = false;
  gateway = new Gateway()
    .on("GET /user/me/mfa", () => answer({ totp: false }))
    .on("PATCH /user/tenant", () =>
      proven ? answer({ name: "Ada" }) : refusal(403, "user.step_up_required"),
    )
    .on("POST /user/me/step-up", ({ body }) => {
      proven = (body as { password?: string }).password === "right";
      return proven ? answer(undefined, {}, 204) : refusal(403, "user.password_wrong");
    });
});

const act = () =>
  userApi.PATCH("/user/tenant", { body: { name: "Ada" }, params: { header: { "if-match": '"1"' } } });

test("an act waits for the password, and is done once it was right", async () => {
  const { user } = show(<StepUp />);
  const acted = act();
  await user.type(await screen.findByLabelText(/^Password/), "wrong");
  await user.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The password is wrong.");
  await user.clear(screen.getByLabelText(/^Password/));
  await user.type(screen.getByLabelText(/^Password/), "right");
  await user.click(screen.getByRole("button", { name: "Confirm" }));
  expect((await acted).data).toEqual({ name: "Ada" });
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("who has a second factor is asked for its code", async () => {
  gateway.on("GET /user/me/mfa", () => answer({ totp: true }));
  const { user } = show(<StepUp />);
  const acted = act().catch((error: unknown) => error);
  expect(await screen.findByLabelText(/^Code from your app/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Close" }));
  await acted;
});

test("closing the question leaves the act undone", async () => {
  const { user } = show(<StepUp />);
  const acted = act().catch((error: unknown) => error);
  await screen.findByRole("dialog");
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(await acted).toMatchObject({ problem: { code: "user.step_up_required" } });
  expect(gateway.asked("PATCH /user/tenant")).toHaveLength(1);
});
