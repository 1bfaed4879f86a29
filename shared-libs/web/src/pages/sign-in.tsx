"use client";

import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { ApiError, type Problem } from "../api/problem";
import { logIn } from "./log-in";
import { ProblemAlert } from "../ui/problem-alert";

interface Props {
  /** The tenant that the host names; none: it is asked for. */
  host: string | undefined;
  /** The tenant a link named. */
  tenant: string | undefined;
  /** Where to go afterwards; a path of this site. */
  next: string;
}

/** Address and password, then the second factor's code where there is one. */
export function SignIn({ host, tenant, next }: Props) {
  const t = useTranslations("entry");
  const [challenge, setChallenge] = useState<{ tenant: string; challenge: string }>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const mounted = useMounted(); // before, the browser itself would send the fields, in the address

  const submit = async (action: "login" | "code", body: Record<string, string>) => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await logIn(action, body);
      location.assign(answer.second_factor_required ? "/account/security" : next);
    } catch (failure) {
      const problem =
        failure instanceof ApiError ? (failure.problem as Problem & { challenge?: string }) : undefined;
      if (problem?.code === "user.code_required" && problem.challenge !== undefined) {
        setChallenge({ tenant: body.tenant ?? "", challenge: problem.challenge });
      } else {
        if (problem?.code === "user.challenge_invalid") setChallenge(undefined);
        setError(failure);
      }
      setBusy(false);
    }
  };

  if (challenge) {
    return (
      <Form title={t("codeTitle")} onSubmit={(fields) => submit("code", { ...challenge, ...fields })}>
        <Text size="sm">{t("codeText")}</Text>
        <TextInput key="code" name="code" label={t("code")} autoComplete="one-time-code" required autoFocus />
        {error !== undefined && <ProblemAlert error={error} />}
        <Button type="submit" loading={busy} disabled={!mounted}>
          {t("continue")}
        </Button>
        <Anchor
          component="button"
          type="button"
          onClick={() => {
            setChallenge(undefined);
            setError(undefined);
            setBusy(false);
          }}
        >
          {t("toSignIn")}
        </Anchor>
      </Form>
    );
  }
  return (
    <Form title={t("signIn")} onSubmit={(fields) => submit("login", { tenant: host ?? "", ...fields })}>
      {host === undefined && (
        <TextInput
          name="tenant"
          label={t("organisation")}
          description={t("organisationHint")}
          autoComplete="organization"
          autoCapitalize="none"
          defaultValue={tenant ?? ""}
          required
        />
      )}
      <TextInput name="email" type="email" label={t("email")} autoComplete="username" required />
      <PasswordInput name="password" label={t("password")} autoComplete="current-password" required />
      {error !== undefined && <ProblemAlert error={error} />}
      <Button type="submit" loading={busy} disabled={!mounted}>
        {t("signIn")}
      </Button>
      <Group justify="space-between" gap="xs">
        <Anchor component={Link} href="/forgot-password" size="sm" prefetch={false}>
          {t("forgotPassword")}
        </Anchor>
        <Anchor component={Link} href="/organisations" size="sm" prefetch={false}>
          {t("findOrganisation")}
        </Anchor>
        <Anchor component={Link} href="/register" size="sm" prefetch={false}>
          {t("register")}
        </Anchor>
      </Group>
    </Form>
  );
}

interface FormProps {
  title: string;
  onSubmit: (fields: Record<string, string>) => Promise<void>;
  children: React.ReactNode;
}

function Form({ title, onSubmit, children }: FormProps) {
  const submitted = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <form onSubmit={submitted}>
      <Stack>
        <Title order={1} size="h3">
          {title}
        </Title>
        {children}
      </Stack>
    </form>
  );
}
