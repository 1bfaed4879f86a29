import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { TitlePage } from "@/catalogue/title-page";

export async function generateMetadata() {
  const t = await getTranslations("catalogue");
  return { title: t("book") };
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return (
    <Permitted needs="libraries.catalogue.read">
      <TitlePage id={(await params).id} />
    </Permitted>
  );
}
