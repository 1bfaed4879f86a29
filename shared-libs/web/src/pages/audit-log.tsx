"use client";

import { Anchor, Code, Text, TextInput } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";

import type { components } from "../api/business";
import { $user, userApi } from "../api/user";
import { PageHeader } from "../ui/page-header";
import { Permitted } from "../ui/permitted";
import { type Column, ResourceTable } from "../ui/resource-table";
import { listQuery, useView } from "../ui/use-view";

type Event = components["schemas"]["UserAuditEventRead"];

/** /audit: who did what to accounts and the organisation, newest first. */
export function AuditLog() {
  return (
    <Permitted needs="user.audit.read">
      <Events />
    </Permitted>
  );
}

function Events() {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const format = useFormatter();
  const [view, setView] = useView({ action: "", sort: "-created_at" });
  const columns: Column<Event>[] = [
    {
      id: "at",
      header: t("at"),
      sort: "created_at",
      cell: (event) => (
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          {format.dateTime(new Date(event.created_at), { dateStyle: "medium", timeStyle: "short" })}
        </Text>
      ),
    },
    { id: "actor", header: t("actor"), cell: (event) => event.actor && <Actor id={event.actor} /> },
    { id: "action", header: t("action"), cell: (event) => event.action },
    { id: "target", header: t("target"), cell: (event) => event.target },
    {
      id: "after",
      header: t("after"),
      cell: (event) => event.after && <Code>{JSON.stringify(event.after)}</Code>,
    },
    { id: "address", header: t("address"), cell: (event) => event.address },
  ];
  const sort: "created_at" | "-created_at" = view.sort === "created_at" ? "created_at" : "-created_at";
  return (
    <>
      <PageHeader title={shell("audit")}>
        <TextInput
          aria-label={t("action")}
          placeholder={t("action")}
          defaultValue={view.action}
          onBlur={(event) => setView({ action: event.currentTarget.value.trim() })}
        />
        <Anchor href="/api/gateway/user/audit-events/export" download>
          {t("export")}
        </Anchor>
      </PageHeader>
      <ResourceTable
        label={shell("audit")}
        columns={columns}
        queryKey={["get", "/user/audit-events", view]}
        read={async (cursor) => {
          const query = { ...listQuery({ action: view.action, cursor }), sort };
          const { data } = await userApi.GET("/user/audit-events", { params: { query } });
          return data ?? { items: [], next_cursor: null, total: null };
        }}
        rowKey={(event) => event.id}
        sort={view.sort}
        onSort={(chosen) => setView({ sort: chosen })}
      />
    </>
  );
}

/** The person's name; the id, where the account is not to be read. */
function Actor({ id }: { id: string }) {
  const { data, isPending } = $user.useQuery("get", "/user/users/{user_id}", {
    params: { path: { user_id: id } },
  });
  return (
    <Text size="sm" miw={140}>
      {isPending ? "…" : (data?.name ?? id)}
    </Text>
  );
}
