import { useTranslations } from "next-intl";

import { ApiError } from "../api/problem";

type Key = Parameters<ReturnType<typeof useTranslations<"problems">>>[0];

/** A failure in the reader's language where we have words for its code, else in the fleet's own. */
export function useProblemText(): (error: unknown) => string {
  const t = useTranslations("problems");
  return (error) => {
    if (!(error instanceof ApiError)) return t(error instanceof TypeError ? "offline" : "unexpected");
    const { code, status } = error.problem;
    if (t.has(code as Key)) return t(code as Key);
    return status >= 500 || code === "frontend.unexpected" ? t("unexpected") : error.message;
  };
}
