import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Catalogue } from "@/catalogue/catalogue";

export async function generateMetadata() {
  const t = await getTranslations("catalogue");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.catalogue.read">
      <Catalogue />
    </Permitted>
  );
}
