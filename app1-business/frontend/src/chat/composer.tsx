"use client";

import { ActionIcon, Box, Combobox, Group, Text, Textarea, useCombobox } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { $api } from "@/api";

import { type Person, type Place, placeKey } from "./client/model";
import { useChat, useChatState } from "./provider";
import { Typing } from "./typing";

const NAMING = /(?:^|[^\w@.])@([a-z0-9._-]*)$/i; // a mention that is being written, up to the caret

/** Whether the server finds somebody by what is written: a word of theirs begins so. */
function isMeant({ handle, display_name }: Person, written: string): boolean {
  return ` ${handle} ${display_name}`.toLowerCase().includes(` ${written.toLowerCase()}`);
}

interface Props {
  place: Place;
  label: string;
  /** Arrow up in an empty field. */
  onEditLast: () => void;
}

/** Where one writes: Enter sends, Shift+Enter breaks the line, @ completes names, a draft is kept. */
export function Composer({ place, label, onEditLast }: Props) {
  const t = useTranslations("chat");
  const client = useChat();
  const key = placeKey(place);
  const draft = useChatState((state) => state.drafts[key]?.text);
  const [written, setWritten] = useState<string>(); // here, and not taken over from elsewhere
  const [naming, setNaming] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const text = written ?? draft ?? "";

  const keep = useDebouncedCallback(
    (value: string) => {
      client.keepDraft(place, value).catch(() => undefined);
    },
    { delay: 800, flushOnUnmount: true },
  );
  const people = $api.useQuery(
    "get",
    "/chat/people",
    { params: { query: { limit: 8, ...(naming && { q: naming }) } } },
    { enabled: naming !== undefined, placeholderData: keepPreviousData },
  );
  // What is there may answer what was written before: Enter must not take somebody no longer meant.
  const found =
    naming === undefined ? [] : (people.data?.items ?? []).filter((person) => isMeant(person, naming));
  const open = found.length > 0;
  useEffect(() => {
    if (open) {
      combobox.openDropdown();
      combobox.selectFirstOption();
    } else combobox.closeDropdown();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the combobox is another object each time
  }, [open, naming, people.data]);

  const write = (value: string, caret: number) => {
    setWritten(value);
    setNaming(NAMING.exec(value.slice(0, caret))?.[1]);
    keep(value);
    if (value !== "") client.writes(place);
  };
  const complete = (handle: string) => {
    const caret = field.current?.selectionStart ?? text.length;
    const before = text.slice(0, caret).replace(/@[a-z0-9._-]*$/i, `@${handle} `);
    write(before + text.slice(caret), before.length);
    setNaming(undefined);
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length));
  };
  const send = () => {
    if (text.trim() === "") return;
    keep.cancel();
    setWritten("");
    setNaming(undefined);
    client.outbox.send(place, text.trim());
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (open && ["ArrowUp", "ArrowDown", "Enter", "Tab", "Escape"].includes(event.key)) {
      event.preventDefault();
      if (event.key === "ArrowDown") combobox.selectNextOption();
      else if (event.key === "ArrowUp") combobox.selectPreviousOption();
      else if (event.key === "Escape") setNaming(undefined);
      else complete(found[Math.max(combobox.getSelectedOptionIndex(), 0)]?.handle ?? "");
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "") {
      event.preventDefault();
      onEditLast();
    }
  };

  return (
    <Box px="md" pb="xs">
      <Combobox store={combobox} position="top-start" onOptionSubmit={complete}>
        <Combobox.Target targetType="input" withExpandedAttribute withKeyboardNavigation={false}>
          <Textarea
            ref={field}
            aria-label={label}
            placeholder={label}
            autosize
            minRows={1}
            maxRows={8}
            maxLength={10_000}
            value={text}
            onChange={({ currentTarget }) => write(currentTarget.value, currentTarget.selectionStart)}
            onKeyDown={pressed}
            rightSection={
              <ActionIcon
                aria-label={t("send")}
                disabled={text.trim() === ""}
                onMouseDown={(event) => event.preventDefault()}
                onClick={send}
              >
                <IconSend size={16} aria-hidden />
              </ActionIcon>
            }
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={!open}>
          <Combobox.Options aria-label={t("people")}>
            {found.map(({ user_id, handle, display_name }) => (
              <Combobox.Option key={user_id} value={handle}>
                <Group gap="xs">
                  <Text size="sm">{display_name}</Text>
                  <Text size="sm" c="dimmed">
                    @{handle}
                  </Text>
                </Group>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <Typing place={place} />
    </Box>
  );
}
