import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { LibraryRules } from "@/rules/library-rules";

export async function generateMetadata() {
  const t = await getTranslations("rules");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="libraries.settings.write">
      <LibraryRules />
    </Permitted>
  );
}
