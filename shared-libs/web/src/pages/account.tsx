"use client";

import { Badge, Button, Card, Group, PasswordInput, Skeleton, Stack, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useFormatter, useTranslations } from "next-intl";
import type { SubmitEvent } from "react";

import { $user } from "../api/user";
import { useSession } from "../session/context";
import { PageHeader } from "../ui/page-header";
import { ProblemAlert } from "../ui/problem-alert";
import { deviceName } from "./device-name";
import { SecondFactor } from "./second-factor";

/** /account, /account/security, /account/sessions: one page, as mails link to its parts. */
export function Account() {
  const shell = useTranslations("shell");
  const { user } = useSession();
  return (
    <Stack maw={640}>
      <PageHeader title={shell("account")} />
      <Text>
        {user.name}, {user.email}
      </Text>
      <SecondFactor />
      <Password />
      <Sessions />
    </Stack>
  );
}

function Sessions() {
  const t = useTranslations("account");
  const format = useFormatter();
  const { data, error, refetch } = $user.useQuery("get", "/user/me/sessions");
  const end = $user.useMutation("delete", "/user/me/sessions/{session_id}");
  const endOthers = $user.useMutation("delete", "/user/me/sessions");
  return (
    <Card withBorder component="section" aria-label={t("sessions")}>
      <Title order={2} size="h4" mb="sm">
        {t("sessions")}
      </Title>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={80} />}
      <Stack gap="xs">
        {data?.items.map((session) => (
          <Group key={session.id} justify="space-between" wrap="nowrap">
            <Stack gap={0}>
              <Text size="sm">
                {session.device === null ? t("unknownDevice") : deviceName(session.device)}
              </Text>
              <Text size="xs" c="dimmed">
                {session.address},{" "}
                {format.dateTime(new Date(session.last_used_at), { dateStyle: "medium", timeStyle: "short" })}
              </Text>
            </Stack>
            {session.current ? (
              <Badge variant="default" style={{ flexShrink: 0 }}>
                {t("here")}
              </Badge>
            ) : (
              <Button
                size="compact-sm"
                variant="default"
                style={{ flexShrink: 0 }}
                onClick={() => end.mutate({ params: { path: { session_id: session.id } } })}
              >
                {t("end")}
              </Button>
            )}
          </Group>
        ))}
        {(data?.items.length ?? 0) > 1 && (
          <Button variant="default" onClick={() => endOthers.mutate({ params: { query: { others: true } } })}>
            {t("endOthers")}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

function Password() {
  const t = useTranslations("account");
  const common = useTranslations("common");
  const change = $user.useMutation("put", "/user/me/password", {
    onSuccess: () => {
      notifications.show({ message: common("saved") });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    change.mutate({
      body: {
        current_password: fields.get("current_password") as string,
        new_password: fields.get("new_password") as string,
      },
    });
  };
  return (
    <Card withBorder component="section" aria-label={t("password")}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4">
            {t("password")}
          </Title>
          <PasswordInput
            name="current_password"
            label={t("current")}
            autoComplete="current-password"
            required
          />
          <PasswordInput
            name="new_password"
            label={t("new")}
            autoComplete="new-password"
            minLength={8}
            maxLength={256}
            required
          />
          {change.isError && <ProblemAlert error={change.error} />}
          <Button type="submit" loading={change.isPending}>
            {common("save")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
