import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { MyLibrary } from "@/patrons/patron-page";

export async function generateMetadata() {
  const t = await getTranslations("patrons");
  return { title: t("mine") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.loan.use">
      <MyLibrary />
    </Permitted>
  );
}
