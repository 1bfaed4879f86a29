"use client";

import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useTranslations } from "next-intl";

const PAUSE = 250; // milliseconds without a key, after which the server is asked

export function SearchField({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const t = useTranslations("common");
  const search = useDebouncedCallback(onChange, PAUSE);
  return (
    <TextInput
      type="search"
      aria-label={t("search")}
      placeholder={t("search")}
      leftSection={<IconSearch size={16} aria-hidden />}
      defaultValue={value}
      onChange={(event) => {
        search(event.currentTarget.value.trim());
      }}
      miw={220}
    />
  );
}
