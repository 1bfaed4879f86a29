import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Desk } from "@/desk/desk";

export async function generateMetadata() {
  const t = await getTranslations("desk");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.loan.manage">
      <Desk />
    </Permitted>
  );
}
