"use client";

import { useRoleName } from "@fleet/web/pages/people/use-role-name";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { Select, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api } from "@/api";

import type { Employee } from "./types";

/** Invites somebody to an account; who accepts is tied to this employee. */
export function Invite({ employee, onClose }: { employee: Employee; onClose: () => void }) {
  const t = useTranslations("employees");
  const roleName = useRoleName();
  const [role, setRole] = useState("employee");
  const roles = $api.useQuery("get", "/user/roles");
  const invite = $api.useMutation("post", "/user/invitations", {
    onSuccess: () => {
      notifications.show({ message: t("invited") });
      onClose();
    },
  });
  return (
    <ActDialog
      title={t("invite")}
      act={t("invite")}
      busy={invite.isPending}
      error={invite.error}
      onSubmit={() => {
        invite.mutate({ body: { email: employee.email, role, employee_id: employee.id } });
      }}
      onClose={onClose}
    >
      <Text size="sm">{t("inviteText", { email: employee.email })}</Text>
      <Select
        label={t("role")}
        data={(roles.data?.items ?? [{ code: role }]).map(({ code }) => ({
          value: code,
          label: roleName(code),
        }))}
        value={role}
        allowDeselect={false}
        onChange={(value) => {
          setRole(value ?? role);
        }}
      />
    </ActDialog>
  );
}
