"use client";

import { Badge, Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { useState } from "react";

import type { components } from "../../api/business";
import { $user, userApi } from "../../api/user";
import { useAllowed, useSession } from "../../session/context";
import { type Column, ResourceTable } from "../../ui/resource-table";
import { SearchField } from "../../ui/search-field";
import { useProblemText } from "../../ui/use-problem-text";
import { listQuery, useView } from "../../ui/use-view";
import { AccountRoles } from "./account-roles";
import { useRoleName } from "./use-role-name";

type Account = components["schemas"]["UserRead"];
type Sort = "name" | "-name" | "email" | "-email" | "created_at" | "-created_at";

/** The organisation's accounts; who may, gives roles and deactivates. */
export function Accounts() {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const allowed = useAllowed();
  const { user } = useSession();
  const text = useProblemText();
  const roleName = useRoleName();
  const [changed, setChanged] = useState<Account>();
  const [view, setView] = useView({ q: "", sort: "name" });
  const onError = (error: unknown) => {
    notifications.show({ color: "red", message: text(error) });
  };
  const deactivate = $user.useMutation("post", "/user/users/{user_id}/deactivate", { onError });
  const reactivate = $user.useMutation("post", "/user/users/{user_id}/reactivate", { onError });
  const columns: Column<Account>[] = [
    { id: "name", header: t("name"), sort: "name", cell: (account) => account.name },
    { id: "email", header: t("email"), sort: "email", cell: (account) => account.email },
    {
      id: "roles",
      header: t("roles"),
      cell: (account) => (
        <Group gap={4}>
          {account.roles.map((role) => (
            <Badge key={role} variant="default" miw="max-content">
              {roleName(role)}
            </Badge>
          ))}
        </Group>
      ),
    },
    { id: "status", header: t("status"), cell: (account) => t(`statuses.${account.status}`) },
    {
      id: "actions",
      header: t("actions"),
      cell: (account) => {
        if (!allowed("user.account.write") || account.id === user.id) return null;
        const change = account.status === "active" ? deactivate : reactivate;
        return (
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t("rolesOf", { name: account.name })}
              onClick={() => setChanged(account)}
            >
              {t("changeRoles")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => change.mutate({ params: { path: { user_id: account.id } } })}
            >
              {t(account.status === "active" ? "deactivate" : "reactivate")}
            </Button>
          </Group>
        );
      },
    },
  ];
  return (
    <>
      <Group mb="sm">
        <SearchField value={view.q} onChange={(q) => setView({ q })} />
      </Group>
      <ResourceTable
        label={shell("people")}
        columns={columns}
        queryKey={["get", "/user/users", view]}
        read={async (cursor) => {
          const query = listQuery({ q: view.q, sort: view.sort as Sort, cursor, total: true });
          const { data } = await userApi.GET("/user/users", { params: { query } });
          return data ?? { items: [], next_cursor: null, total: null };
        }}
        rowKey={(account) => account.id}
        sort={view.sort}
        onSort={(sort) => setView({ sort })}
      />
      {changed && <AccountRoles account={changed} onClose={() => setChanged(undefined)} />}
    </>
  );
}
