"use client";

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useFormatter, useTranslations } from "next-intl";

import type { components } from "../../api/business";
import { dataOf } from "../../api/data-of";
import { $user, userApi } from "../../api/user";
import { useAllowed } from "../../session/context";
import { type Column, ResourceTable } from "../../ui/resource-table";
import { useProblemText } from "../../ui/use-problem-text";
import { listQuery } from "../../ui/use-view";
import { useRoleName } from "./use-role-name";

type Invitation = components["schemas"]["UserInvitationRead"];

/** Who is invited and has not accepted yet. */
export function Invitations() {
  const t = useTranslations("people");
  const allowed = useAllowed();
  const format = useFormatter();
  const roleName = useRoleName();
  const text = useProblemText();
  const onError = (error: unknown) => {
    notifications.show({ color: "red", message: text(error) });
  };
  const resend = $user.useMutation("post", "/user/invitations/{invitation_id}/resend", {
    onSuccess: () => {
      notifications.show({ message: t("invited") });
    },
    onError,
  });
  const withdraw = $user.useMutation("delete", "/user/invitations/{invitation_id}", { onError });
  const day = (moment: string) => format.dateTime(new Date(moment), { dateStyle: "medium" });
  const columns: Column<Invitation>[] = [
    { id: "email", header: t("email"), cell: ({ email }) => email },
    { id: "role", header: t("role"), cell: ({ role }) => roleName(role) },
    { id: "sent", header: t("sent"), cell: ({ created_at }) => day(created_at) },
    {
      id: "until",
      header: t("until"),
      cell: ({ expires_at }) => (new Date(expires_at) < new Date() ? t("expired") : day(expires_at)),
    },
    {
      id: "actions",
      header: t("actions"),
      cell: ({ id, email }) =>
        allowed("user.invitation.write") && (
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t("resendTo", { email })}
              onClick={() => resend.mutate({ params: { path: { invitation_id: id } } })}
            >
              {t("resend")}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t("withdrawFrom", { email })}
              onClick={() => withdraw.mutate({ params: { path: { invitation_id: id } } })}
            >
              {t("withdraw")}
            </Button>
          </Group>
        ),
    },
  ];
  return (
    <ResourceTable
      label={t("invitations")}
      columns={columns}
      queryKey={["get", "/user/invitations", "pending"]}
      read={(cursor) => {
        const query = { status: "pending" as const, ...listQuery({ cursor, total: true }) };
        return dataOf(userApi.GET("/user/invitations", { params: { query } }));
      }}
      rowKey={({ id }) => id}
      empty={t("noInvitations")}
    />
  );
}
