import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Approvals } from "@/leave/approvals";

export async function generateMetadata() {
  const t = await getTranslations("leave");
  return { title: t("approvals") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.leave.use">
      <Approvals />
    </Permitted>
  );
}
