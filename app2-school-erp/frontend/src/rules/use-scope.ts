import { useTranslations } from "next-intl";

import { useKinds } from "@/lending/use-kinds";
import type { Rule } from "@/library";

/** Whom and what a rule is for, in words. */
export function useScope(): (rule: Rule) => string {
  const t = useTranslations("rules");
  const kind = useKinds();
  return ({ patron_category, item_type, branch_id }) => {
    const parts = [
      patron_category !== null && kind(patron_category),
      item_type !== null && kind(item_type),
      branch_id !== null && t("oneBranch"),
    ].filter((part) => part !== false);
    return parts.length === 0 ? t("everything") : parts.join(" · ");
  };
}
