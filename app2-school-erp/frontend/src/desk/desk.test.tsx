import { answer, Gateway, page, refusal } from "@fleet/web/testing/gateway";
import { show } from "@fleet/web/testing/show";
import { screen, within } from "@testing-library/react";

import type { Loan, Patron } from "@/library";
import { messages } from "@/messages";

import { Desk } from "./desk";

const momo: Patron = {
  id: "p1",
  version: 1,
  name: "Momo",
  email: null,
  guardian_email: null,
  category: "pupil",
  card: "C1",
  has_account: false,
  active: true,
  until: null,
  blocked: null,
};

function loan(barcode: string, more: Partial<Loan> = {}): Loan {
  return {
    id: `loan-of-${barcode}`,
    version: 1,
    copy_id: barcode,
    barcode,
    book_id: "b1",
    title: `Book ${barcode}`,
    patron_id: "p1",
    patron: "Momo",
    patron_category: "pupil",
    item_type: "book",
    branch_id: "main",
    out_at: "2026-01-01T00:00:00Z",
    due_on: "2026-01-15",
    renewals: 0,
    returned_at: null,
    lost_at: null,
    overdue: false,
    ...more,
  };
}

const BORROW = "POST /libraries/borrow";
const RETURN = "POST /libraries/return";

let gateway: Gateway;

beforeEach(() => {
  gateway = new Gateway()
    .on("GET /libraries/patrons", () => page([momo]))
    .on("GET /libraries/loans", () => page([]))
    .on("GET /libraries/holds", () => page([]))
    .on("GET /libraries/patrons/p1/account", () =>
      answer({ owed: "0", currency: "GBP", items: [], next_cursor: null, total: null }),
    )
    .on(BORROW, ({ body }) => {
      const { barcode, override } = body as { barcode: string; override: string | null };
      return answer({ loan: loan(barcode), explain: [], overridden: override === null ? [] : [{}] });
    })
    .on(RETURN, ({ body }) => answer({ loan: loan((body as { barcode: string }).barcode), hold: null }));
});

function desk() {
  const permissions = ["libraries.loan.override"];
  const { user } = show(<Desk />, { messages: messages.en, permissions });
  const scan = async (field: string, code: string) => {
    await user.type(screen.getByLabelText(field), `${code}{Enter}`);
  };
  return {
    user,
    card: (code: string) => scan("Scan card", code),
    book: (code: string) => scan("Scan book", code),
    mode: (name: string) => user.click(screen.getByRole("radio", { name })),
  };
}

const log = () => within(screen.getByRole("log"));
const sent = (route: string) => gateway.asked(route).map(({ body }) => body);

test("a card and a book make a loan, and the book's field waits for the next", async () => {
  const { card, book } = desk();
  expect(screen.getByLabelText("Scan card")).toHaveFocus();
  await card("C1");
  await book("B1");
  expect(await log().findByText("Lent to Momo, due 15 Jan 2026")).toBeInTheDocument();
  expect(sent(BORROW)).toEqual([{ barcode: "B1", patron_id: "p1", override: null }]);
  expect(screen.getByLabelText("Scan book")).toHaveValue("");
});

test("a book that is scanned before its card is known waits for it", async () => {
  let found = (): void => undefined;
  const known = new Promise<Response>((resolve) => {
    found = () => {
      resolve(page([momo]));
    };
  });
  gateway.on("GET /libraries/patrons", () => known);
  const { card, book } = desk();
  await card("C1");
  await book("B1");
  await book("B2");
  expect(sent(BORROW)).toEqual([]);
  found();
  expect(await screen.findByText("Book B2")).toBeInTheDocument();
  expect(sent(BORROW)).toMatchObject([{ barcode: "B1" }, { barcode: "B2" }]);
});

test("a card that nobody has is said, and lends nothing", async () => {
  gateway.on("GET /libraries/patrons", () => page([{ ...momo, card: "C10" }]));
  const { card } = desk();
  await card("C1");
  expect(await screen.findByRole("alert")).toHaveTextContent("No patron has the card C1.");
  expect(screen.getByLabelText("Scan book")).toBeDisabled();
});

test("a loan against the rules is refused with its reasons, and done with one's own", async () => {
  const reasons = [{ code: "too_many", count: 3, max_allowed: 3 }];
  gateway.on(BORROW, () => refusal(409, "libraries.loan_refused", { reasons }));
  const { user, card, book } = desk();
  await card("C1");
  await book("B1");
  expect(await log().findByText(/3 of 3 allowed/)).toBeInTheDocument();
  gateway.on(BORROW, () => answer({ loan: loan("B1"), explain: [], overridden: reasons }));
  await user.type(log().getByLabelText(/^Why/), "last copy for the exam");
  await user.click(log().getByRole("button", { name: "Do it all the same" }));
  expect(await log().findByText("Against the rules, with a reason.")).toBeInTheDocument();
  expect(sent(BORROW).at(-1)).toMatchObject({ override: "last copy for the exam" });
});

test("only the last thing that was done with a copy can be undone, and only an issue", async () => {
  const { card, book, mode } = desk();
  await card("C1");
  await book("B1");
  expect(await log().findByRole("button", { name: "Undo: Book B1" })).toBeInTheDocument();
  await mode("Return");
  await book("B1");
  expect(await log().findByText("Returned by Momo")).toBeInTheDocument();
  expect(log().queryByRole("button", { name: /^Undo/ })).not.toBeInTheDocument();
});

test("undoing an issue returns the copy, if its loan still runs", async () => {
  gateway.on("GET /libraries/loans/loan-of-B1", () => answer(loan("B1")));
  const { user, card, book } = desk();
  await card("C1");
  await book("B1");
  await user.click(await log().findByRole("button", { name: "Undo: Book B1" }));
  expect(await log().findByText("Undone: taken back from Momo")).toBeInTheDocument();
  expect(sent(RETURN)).toEqual([{ barcode: "B1", damaged: false }]);
});

test("an issue whose loan has ended since is not undone: the copy may be somebody else's", async () => {
  const returned_at = "2026-01-02T00:00:00Z";
  gateway.on("GET /libraries/loans/loan-of-B1", () => answer(loan("B1", { returned_at })));
  const { user, card, book } = desk();
  await card("C1");
  await book("B1");
  await user.click(await log().findByRole("button", { name: "Undo: Book B1" }));
  expect(await log().findByRole("alert")).toBeInTheDocument();
  expect(sent(RETURN)).toEqual([]);
});

test("Escape makes room for the next patron", async () => {
  const { user, card } = desk();
  await card("C1");
  expect(await screen.findByRole("region", { name: "Momo" })).toBeInTheDocument();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "Momo" })).not.toBeInTheDocument();
  expect(screen.getByLabelText("Scan card")).toHaveFocus();
});
