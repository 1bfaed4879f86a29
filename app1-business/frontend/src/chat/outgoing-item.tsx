"use client";

import { ApiError } from "@fleet/web/api/problem";
import { useProblemText } from "@fleet/web/ui/use-problem-text";
import { Box, Button, Group, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import type { Outgoing } from "./client/store";
import { Markdown } from "./markdown";
import { useChat, useName } from "./provider";
import { useChatState } from "./provider";

/** A message on its way; where it was refused, why, and what can be done. */
export function OutgoingItem({ outgoing: { clientMsgId, text, refusal } }: { outgoing: Outgoing }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const { outbox } = useChat();
  const name = useName(useChatState((state) => state.me));
  const unconfirmed = refusal instanceof ApiError && refusal.problem.code === "chat.mention_unconfirmed";
  return (
    <Box px="md" py={4}>
      <Group gap="xs">
        <Text fw={600} size="sm">
          {name}
        </Text>
        <Text size="xs" c={refusal === undefined ? "dimmed" : "red"} role="status">
          {refusal === undefined ? t("sending") : unconfirmed ? t("confirmMany") : problemText(refusal)}
        </Text>
      </Group>
      <Markdown text={text} handle={undefined} />
      {refusal !== undefined && (
        <Group gap="xs" mt={4}>
          <Button size="compact-xs" onClick={() => outbox.again(clientMsgId, unconfirmed)}>
            {unconfirmed ? t("sendToMany") : common("tryAgain")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => outbox.drop(clientMsgId)}>
            {t("discard")}
          </Button>
        </Group>
      )}
    </Box>
  );
}
