import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Import } from "@/imports/import";

export async function generateMetadata() {
  const t = await getTranslations("imports");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.employee.write">
      <Import />
    </Permitted>
  );
}
