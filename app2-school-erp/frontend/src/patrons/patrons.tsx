"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { PageHeader } from "@fleet/web/ui/page-header";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { SearchField } from "@fleet/web/ui/search-field";
import { listQuery, useView } from "@fleet/web/ui/use-view";
import { Anchor, Badge, Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { $api, api } from "@/api";
import { useKinds } from "@/lending/use-kinds";
import type { Patron } from "@/library";

import { PatronForm } from "./patron-form";

export function Patrons() {
  const t = useTranslations("patrons");
  const kind = useKinds();
  const router = useRouter();
  const [view, setView] = useView({ q: "" });
  const [adding, { open, close }] = useDisclosure();
  const enter = $api.useMutation("post", "/libraries/patrons", {
    onSuccess: ({ id }) => router.push(`/patrons/${id}`),
  });
  const columns = useMemo<Column<Patron>[]>(
    () => [
      {
        id: "name",
        header: t("name"),
        cell: (patron) => (
          <Anchor component={Link} href={`/patrons/${patron.id}`} fw={600}>
            {patron.name}
          </Anchor>
        ),
      },
      { id: "card", header: t("card"), cell: (patron) => patron.card },
      { id: "category", header: t("category"), cell: (patron) => kind(patron.category) },
      { id: "state", header: t("state"), cell: (patron) => <PatronState patron={patron} /> },
    ],
    [t, kind],
  );
  return (
    <>
      <PageHeader title={t("title")}>
        <Button onClick={open}>{t("add")}</Button>
      </PageHeader>
      <Group mb="md">
        <SearchField value={view.q} onChange={(q) => setView({ q })} />
      </Group>
      <ResourceTable
        label={t("title")}
        queryKey={["get", "/libraries/patrons", view]}
        read={(cursor) => {
          const query = listQuery({ ...view, cursor, total: true });
          return dataOf(api.GET("/libraries/patrons", { params: { query } }));
        }}
        columns={columns}
        rowKey={(patron) => patron.id}
      />
      {adding && (
        <PatronForm
          title={t("add")}
          onClose={close}
          busy={enter.isPending}
          error={enter.error}
          onSave={({ name, category, card, guardian_email, until }) =>
            enter.mutate({ body: { name, category, card: card || null, guardian_email, until } })
          }
        />
      )}
    </>
  );
}

export function PatronState({ patron }: { patron: Patron }) {
  const t = useTranslations("patrons");
  if (!patron.active) return <Badge variant="default">{t("inactive")}</Badge>;
  if (patron.blocked !== null) return <Badge color="red">{t("blocked")}</Badge>;
  return <Badge variant="default">{t("active")}</Badge>;
}
