import type { FieldPath, FieldValues, UseFormSetError } from "react-hook-form";

/** application/problem+json (RFC 9457) as the fleet answers it. */
export interface Problem {
  status: number;
  title: string;
  detail?: string;
  code: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
}

/** What a failed request throws. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** Someone else has changed the row meanwhile. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.problem.status === 412;
}

/**
 * Show a refusal at the fields it is about (`/lines/0/amount` is `lines.0.amount`).
 *
 * What concerns no field of the form becomes its `root` error.
 */
export function showInForm<Values extends FieldValues>(
  error: unknown,
  setError: UseFormSetError<Values>,
  fields: readonly FieldPath<Values>[],
): void {
  if (!(error instanceof ApiError)) throw error;
  const placed = (error.problem.errors ?? []).filter(({ pointer, detail }) => {
    const path = pointer.slice(1).replaceAll("/", ".");
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    if (field) setError(field, { type: "server", message: detail });
    return field !== undefined;
  });
  if (placed.length === 0) setError("root", { type: "server", message: error.message });
}
