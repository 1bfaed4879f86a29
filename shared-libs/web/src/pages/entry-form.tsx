"use client";

import { Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, type SubmitEvent, useState } from "react";

import { ProblemAlert } from "../ui/problem-alert";

interface Props {
  title: string;
  text?: string;
  action: string;
  /** What is done with the fields; a failure is shown, and the form stays. */
  onSubmit: (fields: Record<string, string>) => Promise<void>;
  /** Said instead of the form, once it is done. */
  done?: string | undefined;
  children: ReactNode;
}

/** A form of somebody who is not signed in: fields, a button, and the way back to sign in. */
export function EntryForm({ title, text, action, onSubmit, done, children }: Props) {
  const t = useTranslations("entry");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const mounted = useMounted(); // before, the browser itself would send the fields, in the address

  const submitted = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };

  return (
    <form onSubmit={submitted}>
      <Stack>
        <Title order={1} size="h3">
          {title}
        </Title>
        {done !== undefined ? (
          <Text role="status">{done}</Text>
        ) : (
          <>
            {text !== undefined && <Text size="sm">{text}</Text>}
            {children}
            {error !== undefined && <ProblemAlert error={error} />}
            <Button type="submit" loading={busy} disabled={!mounted}>
              {action}
            </Button>
          </>
        )}
        <Text size="sm">
          <Anchor component={Link} href="/login" inherit>
            {t("toSignIn")}
          </Anchor>
        </Text>
      </Stack>
    </form>
  );
}
