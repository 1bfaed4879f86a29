"use client";

import { useSession } from "@fleet/web/session/context";
import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

interface Props {
  /** Which list's views these are. */
  list: string;
  onRecall: (query: string) => void;
}

/** Views of a list by name. They are this browser's, of who is signed in; an address is what one shares. */
export function SavedViews({ list, onRecall }: Props) {
  const t = useTranslations("employees");
  const { user } = useSession();
  const shown = useSearchParams().toString();
  const [opened, setOpened] = useState(false);
  const [views, setViews] = useLocalStorage<Record<string, string>>({
    key: `views:${list}:${user.id}`,
    defaultValue: {},
  });

  const save = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name") as string;
    setViews({ ...views, [name.trim()]: shown });
    event.currentTarget.reset();
  };
  const forget = (name: string) => {
    setViews(Object.fromEntries(Object.entries(views).filter(([each]) => each !== name)));
  };

  return (
    <Popover position="bottom-start" trapFocus withArrow opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmark size={16} aria-hidden />}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          {t("views")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown w={300}>
        <Stack gap="xs">
          {Object.entries(views).map(([name, query]) => (
            <Group key={name} gap={4} wrap="nowrap">
              <Button
                variant="subtle"
                flex={1}
                justify="start"
                onClick={() => {
                  onRecall(query);
                  setOpened(false);
                }}
              >
                {name}
              </Button>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("forgetView", { name })}
                onClick={() => {
                  forget(name);
                }}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Group>
          ))}
          {Object.keys(views).length === 0 && (
            <Text size="sm" c="dimmed">
              {t("noViews")}
            </Text>
          )}
          <form onSubmit={save}>
            <Group gap="xs" align="end" wrap="nowrap">
              <TextInput name="name" label={t("viewName")} required maxLength={60} flex={1} />
              <Button type="submit">{t("saveView")}</Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
