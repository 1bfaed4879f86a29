"use client";

import { isConflict } from "@fleet/web/api/problem";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, Text, Textarea } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import type { Message } from "./client/model";
import { useChat } from "./provider";

/** Change what one has said. Escape leaves it as it was. */
export function EditMessage({ message, onDone }: { message: Message; onDone: () => void }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const { store } = useChat();
  const [version] = useState(message.version);
  const [text, setText] = useState(message.text);
  const [error, setError] = useState<unknown>();

  const save = async (expected: number) => {
    try {
      await store.during(async () => {
        const { data } = await api.PATCH("/chat/messages/{message_id}", {
          params: { path: { message_id: message.id }, header: { "if-match": `"${expected}"` } },
          body: { text },
        });
        if (data) store.putMessage(data);
      });
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };

  return (
    <>
      <Textarea
        aria-label={t("edit")}
        value={text}
        autosize
        autoFocus
        maxRows={10}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            if (text.trim() !== "") void save(version);
          }
        }}
      />
      <Group gap="xs" mt={4}>
        <Button size="compact-xs" disabled={text.trim() === ""} onClick={() => save(version)}>
          {common("save")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={onDone}>
          {common("cancel")}
        </Button>
      </Group>
      {error !== undefined && !isConflict(error) && <ProblemAlert error={error} />}
      <ConflictDialog
        opened={isConflict(error)}
        onTakeTheirs={onDone}
        onKeepMine={() => {
          setError(undefined);
          void save(message.version);
        }}
      >
        <Text size="sm">{message.text}</Text>
      </ConflictDialog>
    </>
  );
}
