import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { EmployeePage } from "@/employees/employee";

export async function generateMetadata() {
  const t = await getTranslations("employees");
  return { title: t("title") };
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <Permitted needs="hrms.employee.read">
      <EmployeePage id={(await params).id} />
    </Permitted>
  );
}
