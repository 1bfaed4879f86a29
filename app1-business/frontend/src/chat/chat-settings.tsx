"use client";

import { versioned } from "@fleet/web/api/client";
import { isConflict } from "@fleet/web/api/problem";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import type { components } from "@fleet/web/api/business";
import { Button, Group, Modal, NumberInput, Skeleton, Stack, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

type Settings = components["schemas"]["ChatSettingsRead"];

const SNOOZE = [1, 4, 24]; // hours

/** When one is not to be disturbed, and whether mails tell of what one missed. */
export function ChatSettings({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const settings = useQuery({
    queryKey: ["get", "/chat/settings"],
    queryFn: () => versioned<Settings>(api.GET("/chat/settings")),
    enabled: opened,
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("settings")}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      {settings.isPending && <Skeleton h={220} />}
      {settings.isError && <ProblemAlert error={settings.error} retry={() => void settings.refetch()} />}
      {settings.data && (
        <Form
          key={settings.data.etag}
          decided={settings.data.data}
          etag={settings.data.etag}
          onSaved={onClose}
        />
      )}
    </Modal>
  );
}

function Form({ decided, etag, onSaved }: { decided: Settings; etag: string; onSaved: () => void }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const format = useFormatter();
  const [until, setUntil] = useState(decided.snooze_until);
  const [quiet, setQuiet] = useState(decided.quiet_hours !== null);
  const [from, setFrom] = useState(decided.quiet_hours?.from ?? "20:00");
  const [to, setTo] = useState(decided.quiet_hours?.to ?? "07:00");
  const [mail, setMail] = useState(decided.mail);
  const [after, setAfter] = useState(decided.mail_after);
  const save = useMutation({
    mutationFn: () =>
      api.PUT("/chat/settings", {
        params: { header: { "if-match": etag } },
        body: {
          snooze_until: until,
          quiet_hours: quiet ? { from, to, time_zone: decided.quiet_hours?.time_zone ?? null } : null,
          mail,
          mail_after: after,
        },
      }),
    onSuccess: () => {
      notifications.show({ message: common("saved") });
      onSaved();
    },
  });
  return (
    <Stack>
      <Text size="sm" fw={600}>
        {until === null
          ? t("disturbable")
          : t("snoozed", {
              until: format.dateTime(new Date(until), { dateStyle: "short", timeStyle: "short" }),
            })}
      </Text>
      <Group gap="xs">
        {SNOOZE.map((hours) => (
          <Button
            key={hours}
            size="xs"
            variant="default"
            onClick={() => setUntil(new Date(Date.now() + hours * 3_600_000).toISOString())}
          >
            {t("snooze", { hours })}
          </Button>
        ))}
        {until !== null && (
          <Button size="xs" variant="default" onClick={() => setUntil(null)}>
            {t("endSnooze")}
          </Button>
        )}
      </Group>
      <Switch
        label={t("quietHours")}
        checked={quiet}
        onChange={(event) => setQuiet(event.currentTarget.checked)}
      />
      {quiet && (
        <Group grow>
          <TextInput
            type="time"
            label={t("from")}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="time"
            label={t("to")}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </Group>
      )}
      <Switch label={t("mail")} checked={mail} onChange={(event) => setMail(event.currentTarget.checked)} />
      {mail && (
        <NumberInput
          label={t("mailAfter")}
          min={1}
          max={120}
          value={after}
          onChange={(minutes) => setAfter(Number(minutes) || 1)}
        />
      )}
      {save.isError &&
        (isConflict(save.error) ? (
          <Text size="sm" c="red" role="alert">
            {t("changedMeanwhile")}
          </Text>
        ) : (
          <ProblemAlert error={save.error} />
        ))}
      <Button loading={save.isPending} onClick={() => save.mutate()}>
        {common("save")}
      </Button>
    </Stack>
  );
}
