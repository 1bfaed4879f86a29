import { screen } from "@testing-library/react";

import { Gateway, refusal } from "../testing/gateway";
import { audit, show } from "../testing/show";
import { PreferenceFields } from "../ui/preference-fields";
import { SignIn } from "./sign-in";

let gateway: Gateway;

beforeEach(() => {
  gateway = new Gateway();
});

function signIn(host?: string) {
  return show(<SignIn host={host} tenant={undefined} next="/" />);
}

async function fill(user: ReturnType<typeof show>["user"]) {
  await user.type(screen.getByLabelText(/E-mail/), "ada@acme.test");
  await user.type(screen.getByLabelText(/^Password/), "secret");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

test("whom the address names no organisation is asked for it", async () => {
  gateway.on("POST /api/session/login", () => refusal(401, "user.invalid_credentials"));
  const { user } = signIn();
  await user.type(screen.getByLabelText(/^Organisation/), "acme");
  await fill(user);
  expect(await screen.findByRole("alert")).toHaveTextContent("The address or the password is wrong.");
  expect(gateway.asked("POST /api/session/login")[0]?.body).toEqual({
    tenant: "acme",
    email: "ada@acme.test",
    password: "secret",
  });
});

test("who has a second factor is asked for its code, in the same organisation", async () => {
  gateway
    .on("POST /api/session/login", () => refusal(401, "user.code_required", { challenge: "c1" }))
    .on("POST /api/session/code", () => refusal(401, "user.code_wrong"));
  const { user } = signIn("acme");
  expect(screen.queryByLabelText(/^Organisation/)).not.toBeInTheDocument();
  await fill(user);
  await user.type(await screen.findByLabelText(/^Code/), "123456");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The code is wrong or was used before.");
  expect(gateway.asked("POST /api/session/code")[0]?.body).toEqual({
    tenant: "acme",
    challenge: "c1",
    code: "123456",
  });
});

test("a challenge that took too long begins anew", async () => {
  gateway
    .on("POST /api/session/login", () => refusal(401, "user.code_required", { challenge: "c1" }))
    .on("POST /api/session/code", () => refusal(401, "user.challenge_invalid"));
  const { user } = signIn("acme");
  await fill(user);
  await user.type(await screen.findByLabelText(/^Code/), "123456");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("button", { name: "Sign in" })).toBeInTheDocument();
});

test("language and theme can be chosen before signing in", async () => {
  const { user } = show(<PreferenceFields />);
  await user.selectOptions(screen.getByLabelText("Language"), "Deutsch");
  expect(document.cookie).toContain("locale=de");
  await user.selectOptions(screen.getByLabelText("Theme"), "Dark");
  expect(screen.getByLabelText("Theme")).toHaveValue("dark");
  expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("a screen reader gets along with signing in", async () => {
  const { container } = signIn();
  expect(await audit(container)).toHaveNoViolations();
});
