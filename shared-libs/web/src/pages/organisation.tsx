"use client";

import { Button, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";

import { versioned } from "../api/client";
import { userApi } from "../api/user";
import { useCountries } from "../i18n/use-countries";
import type { Tenant } from "../session/signed-in";
import { ConflictDialog } from "../ui/conflict-dialog";
import { PageHeader } from "../ui/page-header";
import { PageSkeleton } from "../ui/page-skeleton";
import { Permitted } from "../ui/permitted";
import { ProblemAlert } from "../ui/problem-alert";
import { useVersionedSave } from "../ui/use-versioned-save";

/** Of the languages we speak, where days and numbers are told in ways of their own. */
const TOLD_AS = [
  ...["en-GB", "en-IE", "en-US", "en-CA", "en-AU", "en-NZ", "en-IN", "en-ZA"],
  ...["de-DE", "de-AT", "de-CH"],
];

/** /organisation: what it is called, and where it is. */
export function Organisation() {
  return (
    <Permitted needs="user.tenant.write">
      <Settings />
    </Permitted>
  );
}

const read = () => versioned(userApi.GET("/user/tenant"));

function Settings() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["get", "/user/tenant", "versioned"],
    queryFn: read,
  });
  if (isPending) return <PageSkeleton />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  return <Form key={data.etag} tenant={data.data} etag={data.etag} />;
}

function Form({ tenant, etag }: { tenant: Tenant; etag: string }) {
  const t = useTranslations("tenant");
  const common = useTranslations("common");
  const router = useRouter();
  const countries = useCountries();
  const told = useTold(tenant.locale);
  const { name, country, time_zone, locale } = tenant;
  const [wish, setWish] = useState({ name, country, time_zone, locale });
  const { save, busy, error, conflict } = useVersionedSave<typeof wish>({
    etag,
    read,
    send: (body, version) =>
      userApi.PATCH("/user/tenant", { params: { header: { "if-match": version } }, body }),
    onSaved: () => {
      notifications.show({ message: common("saved") });
      router.refresh(); // what surrounds the page tells them, too
    },
    onTakeTheirs: () => undefined,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save(wish);
      }}
    >
      <PageHeader title={t("title")} />
      <Stack maw={480}>
        <TextInput
          label={t("name")}
          required
          maxLength={200}
          value={wish.name}
          onChange={(event) => {
            setWish({ ...wish, name: event.currentTarget.value });
          }}
        />
        <Select
          label={t("country")}
          data={countries}
          searchable
          allowDeselect={false}
          value={wish.country}
          onChange={(value) => {
            setWish({ ...wish, country: value ?? country });
          }}
        />
        <Select
          label={t("timeZone")}
          description={t("timeZoneHint")}
          data={[...new Set([time_zone, ...Intl.supportedValuesOf("timeZone")])]}
          searchable
          allowDeselect={false}
          value={wish.time_zone}
          onChange={(value) => {
            setWish({ ...wish, time_zone: value ?? time_zone });
          }}
        />
        <Select
          label={t("locale")}
          description={t("localeHint")}
          data={told}
          allowDeselect={false}
          value={wish.locale}
          onChange={(value) => {
            setWish({ ...wish, locale: value ?? locale });
          }}
        />
        <Text size="sm" c="dimmed">
          {t("currency", { currency: tenant.currency })}
        </Text>
        {error != null && <ProblemAlert error={error} />}
        <Button type="submit" loading={busy}>
          {common("save")}
        </Button>
      </Stack>
      <ConflictDialog {...conflict} />
    </form>
  );
}

/** Ways of telling days by their name and an example, the one that is kept among them. */
function useTold(kept: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(useLocale(), { type: "language" });
  return [...new Set([kept, ...TOLD_AS])].map((value) => {
    const today = new Intl.DateTimeFormat(value, { dateStyle: "medium" }).format(new Date());
    return { value, label: `${names.of(value) ?? value}: ${today}` };
  });
}
