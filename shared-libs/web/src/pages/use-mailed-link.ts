"use client";

import { useSearchParams } from "next/navigation";
import { useEffect, useRef } from "react";

/** What a mailed link says: its tenant, and its token, which stands in the fragment, so that no server logs it. */
export function useMailedLink(): { tenant: string; token: () => string } {
  const tenant = useSearchParams().get("tenant") ?? "";
  const token = useRef("");
  useEffect(() => {
    token.current ||= new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
    history.replaceState(history.state, "", location.pathname + location.search); // not for the history either
  }, []);
  return { tenant, token: () => token.current };
}
