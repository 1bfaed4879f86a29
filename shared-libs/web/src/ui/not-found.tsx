import { useTranslations } from "next-intl";

import { Notice } from "./notice";

export function NotFound() {
  const t = useTranslations("shell");
  return <Notice title={t("notFoundTitle")} text={t("notFoundText")} />;
}
