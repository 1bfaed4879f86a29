import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Patrons } from "@/patrons/patrons";

export async function generateMetadata() {
  const t = await getTranslations("patrons");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.loan.manage">
      <Patrons />
    </Permitted>
  );
}
