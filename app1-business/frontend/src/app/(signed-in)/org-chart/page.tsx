import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { OrgChart } from "@/organisation/org-chart";

export async function generateMetadata() {
  const t = await getTranslations("organisation");
  return { title: t("orgChart") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.employee.read">
      <OrgChart />
    </Permitted>
  );
}
