import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { LeaveSetup } from "@/leave-setup/leave-setup";

export async function generateMetadata() {
  const t = await getTranslations("leaveSetup");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.leave.manage">
      <LeaveSetup />
    </Permitted>
  );
}
