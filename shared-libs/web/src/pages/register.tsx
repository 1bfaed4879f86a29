"use client";

import { Group, Loader, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { publicApi, userApi } from "../api/user";
import type { Application } from "../application";
import { ProblemAlert } from "../ui/problem-alert";
import { EntryForm } from "./entry-form";
import { NewPassword } from "./mailed-links";
import { logIn } from "./log-in";

const EVERY = 500; // milliseconds

/** /register: a new organisation, and how its modules get ready for it. */
export function Register({ application }: { application: Application }) {
  const t = useTranslations("entry");
  const [registered, setRegistered] = useState(false);
  if (registered) return <Provisioning />;
  return (
    <EntryForm
      title={t("register")}
      action={t("registerAction")}
      onSubmit={async ({ organisation = "", tenant = "", name = "", email = "", password = "" }) => {
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        await publicApi.POST("/user/register", {
          params: { header: { "X-Application": application } },
          body: {
            organisation,
            tenant,
            name,
            email,
            password,
            time_zone: zone,
            country: "GB",
            currency: "GBP",
            locale: "en-GB",
          },
        });
        await logIn("login", { tenant, email, password });
        setRegistered(true);
      }}
    >
      <TextInput name="organisation" label={t("organisationName")} autoComplete="organization" required />
      <TextInput
        name="tenant"
        label={t("tenant")}
        description={t("tenantHint")}
        pattern="[a-z0-9]([a-z0-9_]{0,38}[a-z0-9])?"
        autoCapitalize="none"
        required
      />
      <TextInput name="name" label={t("name")} autoComplete="name" required />
      <TextInput name="email" type="email" label={t("email")} autoComplete="username" required />
      <NewPassword />
    </EntryForm>
  );
}

/** Which modules are ready for the new organisation; goes on when all are. */
function Provisioning() {
  const t = useTranslations("entry");
  const [services, setServices] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>();

  useEffect(() => {
    const look = async () => {
      try {
        const { data } = await userApi.GET("/user/tenant");
        setError(undefined);
        setServices(data?.services ?? {});
        if (data && Object.values(data.services).every((state) => state === "ready")) location.assign("/");
      } catch (failure) {
        setError(failure);
      }
    };
    void look();
    const timer = setInterval(() => void look(), EVERY);
    return () => clearInterval(timer);
  }, []);

  return (
    <Stack aria-live="polite">
      <Title order={1} size="h3">
        {t("provisioningTitle")}
      </Title>
      {error !== undefined && <ProblemAlert error={error} />}
      {Object.entries(services).map(([name, state]) => (
        <Group key={name} justify="space-between">
          <Text>{name}</Text>
          {state === "ready" ? (
            <IconCheck size={18} aria-label={t("ready")} />
          ) : (
            <Loader size="xs" aria-label={t("provisioning")} />
          )}
        </Group>
      ))}
    </Stack>
  );
}
