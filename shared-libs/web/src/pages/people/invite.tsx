"use client";

import { Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";

import { $user } from "../../api/user";
import { ActDialog } from "../../ui/act-dialog";
import { useRoleName } from "./use-role-name";

/** Invites an address to an account with a role. */
export function Invite({ onClose }: { onClose: () => void }) {
  const t = useTranslations("people");
  const roleName = useRoleName();
  const roles = $user.useQuery("get", "/user/roles");
  const invite = $user.useMutation("post", "/user/invitations", {
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
      error={invite.error ?? roles.error}
      onSubmit={(event) => {
        const fields = new FormData(event.currentTarget);
        invite.mutate({ body: { email: fields.get("email") as string, role: fields.get("role") as string } });
      }}
      onClose={onClose}
    >
      <TextInput name="email" type="email" label={t("email")} required data-autofocus />
      <Select
        name="role"
        label={t("role")}
        data={roles.data?.items.map(({ code }) => ({ value: code, label: roleName(code) })) ?? []}
        required
      />
    </ActDialog>
  );
}
