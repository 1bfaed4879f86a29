import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { PatronPage } from "@/patrons/patron-page";

export async function generateMetadata() {
  const t = await getTranslations("patrons");
  return { title: t("title") };
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <Permitted needs="libraries.loan.manage">
      <PatronPage id={(await params).id} />
    </Permitted>
  );
}
