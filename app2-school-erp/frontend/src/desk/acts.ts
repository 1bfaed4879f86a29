import { dataOf } from "@fleet/web/api/data-of";
import { ApiError } from "@fleet/web/api/problem";

import { api } from "@/api";
import type { Copy, Fine, Hold, Loan, Patron } from "@/library";

export const MODES = ["issue", "return", "renew"] as const;
export type Mode = (typeof MODES)[number];

/** What a desk has done with one copy. */
export interface Done {
  loan: Loan | null;
  item?: Copy;
  fine?: Fine | null;
  refunded?: string;
  hold?: Hold | null;
  overridden?: boolean;
}

/** `override` says why it is done against the rules. */
export type Act = { barcode: string; override?: string } & (
  { mode: "issue"; patron: Patron } | { mode: "return" | "renew" }
);

export async function perform(act: Act): Promise<Done> {
  const { barcode, override = null } = act;
  switch (act.mode) {
    case "return":
      return await giveBack(barcode);
    case "renew": {
      const body = { loan_id: (await runningLoan(barcode)).id, override };
      return lent(await dataOf(api.POST("/libraries/renew", { body })));
    }
    case "issue": {
      const body = { barcode, patron_id: act.patron.id, override };
      return lent(await dataOf(api.POST("/libraries/borrow", { body })));
    }
  }
}

async function giveBack(barcode: string): Promise<Done> {
  return await dataOf(api.POST("/libraries/return", { body: { barcode, damaged: false } }));
}

/**
 * Take back what was just lent.
 *
 * @throws ApiError where the loan has ended: the copy may be somebody else's by now.
 */
export async function takeBack({ id, barcode }: Loan): Promise<Done> {
  const loan = await dataOf(api.GET("/libraries/loans/{loan_id}", { params: { path: { loan_id: id } } }));
  if (loan.returned_at !== null) {
    throw new ApiError({ status: 409, code: "libraries.loan_ended", title: "Conflict" });
  }
  return await giveBack(barcode);
}

/**
 * The patron with a card.
 *
 * @throws ApiError where no card has this number, as the fleet says it of a loan.
 */
export async function patronOf(card: string): Promise<Patron> {
  const { items } = await dataOf(api.GET("/libraries/patrons", { params: { query: { q: card } } }));
  const patron = items.find((each) => each.card.toLowerCase() === card.toLowerCase());
  if (patron) return patron;
  throw new ApiError({ status: 404, code: "libraries.patron_unknown", title: "Not Found" });
}

/** A loan is renewed by its id, a scanner knows the copy alone. */
async function runningLoan(barcode: string): Promise<Loan> {
  const copy = await dataOf(api.GET("/libraries/copies/{barcode}", { params: { path: { barcode } } }));
  const query = { book_id: copy.book_id, state: "running" as const, limit: 100 };
  const { items } = await dataOf(api.GET("/libraries/loans", { params: { query } }));
  const loan = items.find((each) => each.copy_id === copy.id);
  if (loan) return loan;
  throw new ApiError({ status: 409, code: "libraries.copy_not_on_loan", title: "Conflict" });
}

function lent({ loan, overridden }: { loan: Loan; overridden: unknown[] }): Done {
  return { loan, overridden: overridden.length > 0 };
}
