"use client";

import { Badge, Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import type { SubmitEvent } from "react";

import type { components } from "../api/business";
import { $user, userApi } from "../api/user";
import { useAllowed, useSession } from "../session/context";
import { PageHeader } from "../ui/page-header";
import { Permitted } from "../ui/permitted";
import { ProblemAlert } from "../ui/problem-alert";
import { type Column, ResourceTable } from "../ui/resource-table";
import { SearchField } from "../ui/search-field";
import { useProblemText } from "../ui/use-problem-text";
import { listQuery, useView } from "../ui/use-view";

type Account = components["schemas"]["UserRead"];
type Sort = "name" | "-name" | "email" | "-email" | "created_at" | "-created_at";

/** /people: the organisation's accounts; who may, invites and deactivates. */
export function People() {
  return (
    <Permitted needs="user.account.read">
      <Accounts />
    </Permitted>
  );
}

function Accounts() {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const allowed = useAllowed();
  const { user } = useSession();
  const text = useProblemText();
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
            <Badge key={role} variant="default">
              {role}
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
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => change.mutate({ params: { path: { user_id: account.id } } })}
          >
            {t(account.status === "active" ? "deactivate" : "reactivate")}
          </Button>
        );
      },
    },
  ];
  return (
    <>
      <PageHeader title={shell("people")}>
        <SearchField value={view.q} onChange={(q) => setView({ q })} />
        {allowed("user.invitation.write") && <Invite />}
      </PageHeader>
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
    </>
  );
}

function Invite() {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const [opened, { open, close }] = useDisclosure();
  const roles = $user.useQuery("get", "/user/roles", {}, { enabled: opened });
  const invite = $user.useMutation("post", "/user/invitations", {
    onSuccess: () => {
      notifications.show({ message: t("invited") });
      close();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    invite.mutate({ body: { email: fields.get("email") as string, role: fields.get("role") as string } });
  };
  return (
    <>
      <Button onClick={open}>{t("invite")}</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("invite")}
        closeButtonProps={{ "aria-label": common("close") }}
      >
        <form onSubmit={submit}>
          <Stack>
            <TextInput name="email" type="email" label={t("email")} required data-autofocus />
            <Select
              name="role"
              label={t("role")}
              data={roles.data?.items.map(({ code, name }) => ({ value: code, label: name })) ?? []}
              required
            />
            {invite.isError && <ProblemAlert error={invite.error} />}
            <Button type="submit" loading={invite.isPending}>
              {t("invite")}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
