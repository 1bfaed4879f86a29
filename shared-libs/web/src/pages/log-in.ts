import { problemOf } from "../api/fetch";
import { ApiError } from "../api/problem";

/** Sign in, or go on with a code: the tokens stay with this site's server. */
export async function logIn(
  action: "login" | "code",
  body: Record<string, string>,
): Promise<{ second_factor_required: boolean }> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`/api/session/${action}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new ApiError(await problemOf(answer));
  return (await answer.json()) as { second_factor_required: boolean };
}
