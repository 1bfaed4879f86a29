import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { LoanList } from "@/loans/loan-list";

export async function generateMetadata() {
  const t = await getTranslations("loans");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.loan.manage">
      <LoanList />
    </Permitted>
  );
}
