"use client";

import { TextInput } from "@mantine/core";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { publicApi } from "../api/user";
import type { Application } from "../application";
import { EntryForm } from "./entry-form";

/** /forgot-password?tenant=… */
export function ForgotPassword() {
  const t = useTranslations("entry");
  const [sent, setSent] = useState(false);
  const tenant = useSearchParams().get("tenant") ?? "";
  return (
    <EntryForm
      title={t("forgotPassword")}
      action={t("send")}
      done={sent ? t("sent") : undefined}
      onSubmit={async ({ organisation = "", email = "" }) => {
        const header = { "X-Tenant-ID": organisation };
        await publicApi.POST("/user/password/forgot", { params: { header }, body: { email } });
        setSent(true);
      }}
    >
      <TextInput
        name="organisation"
        label={t("organisation")}
        defaultValue={tenant}
        autoCapitalize="none"
        required
      />
      <TextInput name="email" type="email" label={t("email")} autoComplete="username" required />
    </EntryForm>
  );
}

/** /organisations: mails an address where it can sign in. */
export function FindOrganisations({ application }: { application: Application }) {
  const t = useTranslations("entry");
  const [sent, setSent] = useState(false);
  return (
    <EntryForm
      title={t("findTitle")}
      text={t("findText")}
      action={t("send")}
      done={sent ? t("sent") : undefined}
      onSubmit={async ({ email = "" }) => {
        const header = { "X-Application": application };
        await publicApi.POST("/user/organisations/find", { params: { header }, body: { email } });
        setSent(true);
      }}
    >
      <TextInput name="email" type="email" label={t("email")} autoComplete="username" required />
    </EntryForm>
  );
}
