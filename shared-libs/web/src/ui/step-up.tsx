"use client";

import { Button, getDefaultZIndex, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useEffect, useRef, useState } from "react";

import { setProve } from "../api/fetch";
import { $user } from "../api/user";
import { ProblemAlert } from "./problem-alert";

/** Asks who it is, when an act wants a proof that is not older than ten minutes. */
export function StepUp() {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  const [asked, setAsked] = useState(false);
  const answer = useRef<(proven: boolean) => void>(undefined);
  const factor = $user.useQuery("get", "/user/me/mfa", {}, { enabled: asked });
  const prove = $user.useMutation("post", "/user/me/step-up", {
    onSuccess: () => {
      done(true);
    },
  });

  const done = (proven: boolean) => {
    setAsked(false);
    prove.reset();
    answer.current?.(proven);
  };

  useEffect(() => {
    setProve(
      () =>
        new Promise((resolve) => {
          answer.current = resolve;
          setAsked(true);
        }),
    );
    return () => {
      setProve(undefined);
    };
  }, []);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    prove.mutate({
      body: Object.fromEntries(new FormData(event.currentTarget)),
    });
  };

  return (
    <Modal
      opened={asked && !factor.isPending}
      onClose={() => {
        done(false);
      }}
      title={t("proveTitle")}
      zIndex={getDefaultZIndex("popover")} // above the dialog whose act asks for it
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t("proveText")}</Text>
          {factor.data?.totp ? (
            <TextInput
              name="code"
              label={t("proveCode")}
              autoComplete="one-time-code"
              required
              data-autofocus
            />
          ) : (
            <PasswordInput
              name="password"
              label={t("provePassword")}
              autoComplete="current-password"
              required
              data-autofocus
            />
          )}
          {prove.isError && <ProblemAlert error={prove.error} />}
          <Button type="submit" loading={prove.isPending}>
            {common("confirm")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
