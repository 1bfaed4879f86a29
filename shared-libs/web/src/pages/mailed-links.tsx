"use client";

import { PasswordInput, Text, TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { publicApi } from "../api/user";
import { EntryForm } from "./entry-form";
import { useMailedLink } from "./use-mailed-link";

/** /invitation?tenant=…#token=… */
export function AcceptInvitation() {
  const t = useTranslations("entry");
  const { tenant, token } = useMailedLink();
  return (
    <EntryForm
      title={t("invitationTitle")}
      {...(tenant && { text: t("invitationText", { tenant }) })}
      action={t("continue")}
      onSubmit={async ({ name = "", password = "" }) => {
        const header = { "X-Tenant-ID": tenant };
        await publicApi.POST("/user/invitations/accept", {
          params: { header },
          body: { token: token(), name, password },
        });
        location.assign(`/login?${new URLSearchParams({ tenant }).toString()}`);
      }}
    >
      <TextInput name="name" label={t("name")} autoComplete="name" required />
      <NewPassword />
    </EntryForm>
  );
}

/** /reset-password?tenant=…#token=… */
export function ResetPassword() {
  const t = useTranslations("entry");
  const { tenant, token } = useMailedLink();
  return (
    <EntryForm
      title={t("resetTitle")}
      action={t("continue")}
      onSubmit={async ({ password = "" }) => {
        const header = { "X-Tenant-ID": tenant };
        await publicApi.POST("/user/password/reset", {
          params: { header },
          body: { token: token(), password },
        });
        location.assign(`/login?${new URLSearchParams({ tenant }).toString()}`);
      }}
    >
      <NewPassword />
    </EntryForm>
  );
}

/** /verify-email?tenant=…#token=… */
export function VerifyEmail() {
  const t = useTranslations("entry");
  const { tenant, token } = useMailedLink();
  const [verified, setVerified] = useState(false);
  return (
    <EntryForm
      title={t("verifyTitle")}
      action={t("verify")}
      done={verified ? t("verified") : undefined}
      onSubmit={async () => {
        await publicApi.POST("/user/email/verify", {
          params: { header: { "X-Tenant-ID": tenant } },
          body: { token: token() },
        });
        setVerified(true);
      }}
    >
      <Text size="sm">{t("verifyText")}</Text>
    </EntryForm>
  );
}

export function NewPassword() {
  const t = useTranslations("entry");
  return (
    <PasswordInput
      name="password"
      label={t("newPassword")}
      description={t("passwordHint")}
      autoComplete="new-password"
      minLength={8}
      maxLength={256}
      required
    />
  );
}
