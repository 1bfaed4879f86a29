"use client";

import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { versioned } from "../../api/client";
import { $user, userApi } from "../../api/user";
import { ActDialog } from "../../ui/act-dialog";
import { ConflictDialog } from "../../ui/conflict-dialog";
import { useDialogSave } from "../../ui/use-dialog-save";
import { PermissionChoice } from "./permission-choice";
import type { Role } from "./roles";

type Wish = Pick<Role, "name" | "permissions">;

/** Makes one of the organisation's own roles, or changes it. */
export function RoleForm({ role, onClose }: { role?: Role; onClose: () => void }) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const [wish, setWish] = useState<Wish>(role ?? { name: "", permissions: [] });
  const params = { path: { code: role?.code ?? "" } };
  const { save, busy, error, conflict } = useDialogSave<Wish>({
    etag: `"${role?.version ?? ""}"`,
    read: () => versioned(userApi.GET("/user/roles/{code}", { params })),
    send: ({ name, permissions }, etag) =>
      role
        ? userApi.PATCH("/user/roles/{code}", {
            params: { ...params, header: { "if-match": etag } },
            body: { name, permissions },
          })
        : userApi.POST("/user/roles", { body: { code: codeOf(name), name, permissions } }),
    onClose,
  });
  const remove = $user.useMutation("delete", "/user/roles/{code}", { onSuccess: onClose });
  return (
    <>
      <ActDialog
        title={role?.name ?? t("addRole")}
        act={common("save")}
        size="lg"
        busy={busy}
        error={remove.error ?? error}
        onSubmit={() => save(wish)}
        onClose={onClose}
        onRemove={role && (() => remove.mutate({ params }))}
        removing={remove.isPending}
      >
        <TextInput
          label={t("name")}
          required
          maxLength={50}
          pattern=".*\p{L}.*"
          data-autofocus
          value={wish.name}
          onChange={(event) => setWish({ ...wish, name: event.currentTarget.value })}
        />
        <PermissionChoice
          value={wish.permissions}
          onChange={(permissions) => setWish({ ...wish, permissions })}
        />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}

/** What the API calls a role of this name: it stays when the name changes. */
function codeOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_");
  return `role_${plain}`.slice(0, 50);
}
