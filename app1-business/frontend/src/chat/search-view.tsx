"use client";

import { SearchField } from "@fleet/web/ui/search-field";
import { Box, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { api } from "@/api";

import type { Go } from "./chat";
import type { Message } from "./client/model";
import { FoundList } from "./found-list";
import { FoundMessage } from "./found-message";
import { ViewHeader } from "./view-header";

const NOTHING = { items: [], next_cursor: null };

interface Props {
  q: string;
  onSearch: (q: string) => void;
  go: Go;
}

/** Messages by their words, of all channels that one may read. */
export function SearchView({ q, onSearch, go }: Props) {
  const t = useTranslations("chat");
  return (
    <>
      <ViewHeader title={t("search")} go={go} />
      <Box p="md">
        <SearchField value={q} onChange={onSearch} />
        <Text size="xs" c="dimmed" mt={4}>
          {t("searchHint")}
        </Text>
      </Box>
      {q !== "" && (
        <FoundList<Message>
          queryKey={["get", "/chat/search", q]}
          read={async (cursor) =>
            (await api.GET("/chat/search", { params: { query: { q, ...(cursor && { cursor }) } } })).data ??
            NOTHING
          }
          empty={t("nothingFound")}
        >
          {(message) => <FoundMessage key={message.id} message={message} go={go} />}
        </FoundList>
      )}
    </>
  );
}
