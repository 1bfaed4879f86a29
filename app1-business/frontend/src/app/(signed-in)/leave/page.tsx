import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { MyLeave } from "@/leave/my-leave";

export async function generateMetadata() {
  const t = await getTranslations("leave");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.leave.use">
      <MyLeave />
    </Permitted>
  );
}
