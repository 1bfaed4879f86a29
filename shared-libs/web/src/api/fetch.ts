import { ApiError, type Problem } from "./problem";

type Prove = () => Promise<boolean>;

let prove: Prove | undefined;

/** Who asks people to show again that it is they; set by the page that can. */
export function setProve(ask: Prove | undefined): void {
  prove = ask;
}

/**
 * fetch, but a refusal throws an ApiError.
 *
 * Where the session has ended, the browser goes to sign in. Where an act wants a recent proof
 * of who it is, that is asked for, and the request sent again.
 */
export async function fetchSignedIn(request: Request): Promise<Response> {
  const again = request.clone();
  try {
    return await fetchPublic(request);
  } catch (error) {
    const code = error instanceof ApiError ? error.problem.code : undefined;
    if (code === "user.step_up_required" && prove && (await prove())) return await fetchPublic(again);
    if (code === "gateway.token_stale") return await fetchPublic(again); // newer tokens came with the refusal
    if (error instanceof ApiError && error.problem.status === 401) leave();
    throw error;
  }
}

/** fetch, but a refusal throws an ApiError. */
export async function fetchPublic(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.ok) return response;
  throw new ApiError(await problemOf(response));
}

export async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get("content-type")?.startsWith("application/problem+json") === true) {
    return (await response.json()) as Problem;
  }
  return { status: response.status, code: "frontend.unexpected", title: response.statusText || "Error" };
}

function leave(): void {
  const query = new URLSearchParams({ next: location.pathname + location.search });
  location.assign(`/login?${query.toString()}`);
}
