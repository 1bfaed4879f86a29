"use client";

import { Button, CloseButton, Group, List, Text, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

interface Props {
  label: string;
  days: string[];
  show: (day: string) => string;
  /** What is kept of the day that was picked. */
  take?: (picked: string) => string;
  onChange: (days: string[]) => void;
}

/** Days, each with a button that removes it, and a field to add one. */
export function DayList({ label, days, show, take = (picked) => picked, onChange }: Props) {
  const t = useTranslations("rules");
  const [picked, setPicked] = useState("");
  const add = () => {
    onChange([...new Set([...days, take(picked)])].sort());
    setPicked("");
  };
  return (
    <div>
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          type="date"
          label={label}
          value={picked}
          onChange={(event) => setPicked(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        <Button
          variant="default"
          disabled={picked === ""}
          onClick={add}
          aria-label={t("addTo", { list: label })}
        >
          {t("add")}
        </Button>
      </Group>
      {days.length === 0 ? (
        <Text size="sm" c="dimmed" mt="xs">
          {t("noDays")}
        </Text>
      ) : (
        <List listStyleType="none" mt="xs" size="sm">
          {days.map((day) => (
            <List.Item key={day}>
              <Group gap={4}>
                {show(day)}
                <CloseButton
                  size="sm"
                  aria-label={t("removeDay", { day: show(day) })}
                  onClick={() => onChange(days.filter((each) => each !== day))}
                />
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
