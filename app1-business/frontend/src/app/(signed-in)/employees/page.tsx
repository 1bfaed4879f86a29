import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Employees } from "@/employees/employees";

export async function generateMetadata() {
  const t = await getTranslations("employees");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="hrms.employee.read">
      <Employees />
    </Permitted>
  );
}
