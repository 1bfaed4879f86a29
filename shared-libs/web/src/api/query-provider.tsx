"use client";

import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { ApiError } from "./problem";

/** Only what a later try may mend is tried again: not what the fleet has refused. */
function retry(failures: number, error: unknown): boolean {
  return failures < 2 && !(error instanceof ApiError && error.problem.status < 500);
}

/** After a change, everything shown is read again. */
export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(() => {
    const made: QueryClient = new QueryClient({
      defaultOptions: { queries: { retry, staleTime: 15_000 } },
      mutationCache: new MutationCache({ onSuccess: () => void made.invalidateQueries() }),
    });
    return made;
  });
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
