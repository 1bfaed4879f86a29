import { ApiError, isConflict, showInForm } from "./problem";

interface Values {
  first_name: string;
  lines: { amount: string }[];
}

function placed(error: unknown): [string, string][] {
  const errors: [string, string][] = [];
  showInForm<Values>(error, (name, { message = "" }) => errors.push([name, message]), [
    "first_name",
    "lines",
  ]);
  return errors;
}

const invalid = { status: 422, code: "validation", title: "Invalid", detail: "It is not valid." };

test("what a refusal says of fields is shown at them", () => {
  const errors = [
    { pointer: "/first_name", detail: "Too short." },
    { pointer: "/lines/0/amount", detail: "No number." },
    { pointer: "/of_no_field", detail: "Not shown." },
  ];
  expect(placed(new ApiError({ ...invalid, errors }))).toEqual([
    ["first_name", "Too short."],
    ["lines", "No number."],
  ]);
});

test("a refusal that concerns no field of the form is said of the whole", () => {
  expect(placed(new ApiError({ ...invalid, errors: [{ pointer: "/else", detail: "?" }] }))).toEqual([
    ["root", "It is not valid."],
  ]);
});

test("what is no refusal is not swallowed", () => {
  expect(() => placed(new TypeError("bug"))).toThrow("bug");
});

test("a conflict is known by its status", () => {
  expect(isConflict(new ApiError({ ...invalid, status: 412 }))).toBe(true);
  expect(isConflict(new ApiError(invalid))).toBe(false);
});
