import { Permitted } from "@fleet/web/ui/permitted";
import { getTranslations } from "next-intl/server";

import { Chat } from "@/chat/chat";

export async function generateMetadata() {
  const t = await getTranslations("chat");
  return { title: t("title") };
}

export default function Page() {
  return (
    <Permitted needs="chat.channel.use">
      <Chat />
    </Permitted>
  );
}
