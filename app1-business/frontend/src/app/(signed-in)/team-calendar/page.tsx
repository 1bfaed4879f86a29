import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { TeamCalendar } from "@/leave/team-calendar";

export async function generateMetadata() {
  const t = await getTranslations("leave");
  return { title: t("calendar") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.leave.use">
      <TeamCalendar />
    </Permitted>
  );
}
