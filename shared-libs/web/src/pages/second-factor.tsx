"use client";

import { Badge, Button, Card, Code, CopyButton, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { $user } from "../api/user";
import { ProblemAlert } from "../ui/problem-alert";

/** Set up a second factor, see its recovery codes once, take it away. */
export function SecondFactor() {
  const t = useTranslations("account");
  const common = useTranslations("common");
  const [codes, setCodes] = useState<string[]>();
  const { data, error, refetch } = $user.useQuery("get", "/user/me/mfa");
  const begin = $user.useMutation("post", "/user/me/mfa/totp");
  const confirm = $user.useMutation("post", "/user/me/mfa/totp/confirm", {
    onSuccess: async ({ recovery_codes }) => {
      await refetch(); // so that it is never off beside its codes
      begin.reset();
      setCodes(recovery_codes);
    },
  });
  const remove = $user.useMutation("delete", "/user/me/mfa/totp", { onSuccess: () => setCodes(undefined) });
  const renew = $user.useMutation("post", "/user/me/mfa/recovery-codes", {
    onSuccess: ({ recovery_codes }) => setCodes(recovery_codes),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirm.mutate({ body: { code: new FormData(event.currentTarget).get("code") as string } });
  };
  const failure = begin.error ?? confirm.error ?? remove.error ?? renew.error;
  return (
    <Card withBorder component="section" aria-label={t("secondFactor")}>
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t("secondFactor")}
          </Title>
          {data && <Badge variant="default">{t(data.totp ? "on" : "off")}</Badge>}
        </Group>
        {data?.required && <Text size="sm">{t("required")}</Text>}
        {error && <ProblemAlert error={error} retry={() => void refetch()} />}
        {failure && <ProblemAlert error={failure} />}
        {codes && (
          <Stack gap="xs">
            <Text size="sm">{t("keepCodes")}</Text>
            <Code block>{codes.join("\n")}</Code>
            <CopyButton value={codes.join("\n")}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {t(copied ? "copied" : "copyCodes")}
                </Button>
              )}
            </CopyButton>
          </Stack>
        )}
        {begin.data ? (
          <form onSubmit={submit}>
            <Stack>
              <Text size="sm">{t("scan")}</Text>
              {/* eslint-disable-next-line @next/next/no-img-element -- drawn by the fleet, nothing to optimise */}
              <img
                src={`data:image/svg+xml,${encodeURIComponent(begin.data.qr_svg)}`}
                alt={t("qr")}
                width={200}
                height={200}
              />
              <Code block>{begin.data.secret}</Code>
              <TextInput name="code" label={t("code")} autoComplete="one-time-code" required />
              <Button type="submit" loading={confirm.isPending}>
                {common("confirm")}
              </Button>
            </Stack>
          </form>
        ) : data?.totp ? (
          <>
            <Text size="sm">{t("codesLeft", { count: data.recovery_codes_left })}</Text>
            <Group gap="xs">
              <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate({})}>
                {t("newCodes")}
              </Button>
              <Text size="xs" c="dimmed">
                {t("newCodesHint")}
              </Text>
            </Group>
            <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate({})}>
              {common("remove")}
            </Button>
          </>
        ) : (
          <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate({})}>
            {t("setUp")}
          </Button>
        )}
      </Stack>
    </Card>
  );
}
