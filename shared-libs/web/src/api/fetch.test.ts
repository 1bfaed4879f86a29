import { answer, Gateway, inTurn, refusal } from "../testing/gateway";
import { setProve } from "./fetch";
import { userApi } from "./user";

const PATCH = "PATCH /user/tenant";
const change = () =>
  userApi.PATCH("/user/tenant", { body: { name: "Ada" }, params: { header: { "if-match": '"1"' } } });

let gateway: Gateway;

beforeEach(() => {
  gateway = new Gateway();
});

afterEach(() => {
  setProve(undefined);
});

function answers(...all: Response[]): void {
  gateway.on(PATCH, inTurn(...all));
}

test("a refusal throws the problem that the fleet answered", async () => {
  answers(refusal(409, "user.email_taken"));
  await expect(change()).rejects.toMatchObject({ problem: { status: 409, code: "user.email_taken" } });
});

test("an answer that is no problem's is one without details", async () => {
  answers(new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }));
  await expect(change()).rejects.toMatchObject({ problem: { status: 502, code: "frontend.unexpected" } });
});

test("an act that wants a proof is done again, as it was, once it was given", async () => {
  answers(refusal(403, "user.step_up_required"), answer({ name: "Ada" }));
  setProve(() => Promise.resolve(true));
  expect((await change()).data).toEqual({ name: "Ada" });
  expect(gateway.asked(PATCH).map(({ body }) => body)).toEqual([{ name: "Ada" }, { name: "Ada" }]);
});

test("an act that wants a proof fails where none is given", async () => {
  answers(refusal(403, "user.step_up_required"));
  setProve(() => Promise.resolve(false));
  await expect(change()).rejects.toMatchObject({ problem: { code: "user.step_up_required" } });
  expect(gateway.asked(PATCH)).toHaveLength(1);
});

test("a request whose token had become stale is sent once more", async () => {
  answers(refusal(401, "gateway.token_stale"), answer({ name: "Ada" }));
  expect((await change()).data).toEqual({ name: "Ada" });
});
