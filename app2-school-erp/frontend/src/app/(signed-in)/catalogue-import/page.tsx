import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { CatalogueImport } from "@/imports/catalogue-import";

export async function generateMetadata() {
  const t = await getTranslations("imports");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.catalogue.write">
      <CatalogueImport />
    </Permitted>
  );
}
