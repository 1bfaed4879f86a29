import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Structure } from "@/organisation/structure";

export async function generateMetadata() {
  const t = await getTranslations("organisation");
  return { title: t("structure") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.structure.read">
      <Structure />
    </Permitted>
  );
}
