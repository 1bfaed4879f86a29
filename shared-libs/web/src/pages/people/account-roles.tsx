"use client";

import { Checkbox, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import type { components } from "../../api/business";
import { versioned } from "../../api/client";
import { $user, userApi } from "../../api/user";
import { ActDialog } from "../../ui/act-dialog";
import { ConflictDialog } from "../../ui/conflict-dialog";
import { ReadingDialog } from "../../ui/reading-dialog";
import { useDialogSave } from "../../ui/use-dialog-save";
import { useRoleName } from "./use-role-name";

type Account = components["schemas"]["UserRead"];

/** Changes which roles somebody has. */
export function AccountRoles({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useTranslations("people");
  const { data, error } = useQuery({
    queryKey: ["get", "/user/users/{user_id}", account.id, "versioned"],
    queryFn: () => read(account.id),
    gcTime: 0, // what is edited is read anew each time
  });
  if (data) return <Form seen={data} onClose={onClose} />;
  return <ReadingDialog title={t("rolesOf", { name: account.name })} error={error} onClose={onClose} />;
}

function read(id: string) {
  return versioned(userApi.GET("/user/users/{user_id}", { params: { path: { user_id: id } } }));
}

function Form({ seen, onClose }: { seen: { data: Account; etag: string }; onClose: () => void }) {
  const t = useTranslations("people");
  const common = useTranslations("common");
  const roleName = useRoleName();
  const { data: account, etag: version } = seen;
  const [given, setGiven] = useState(account.roles);
  const roles = $user.useQuery("get", "/user/roles");
  const { save, busy, error, conflict } = useDialogSave<string[]>({
    etag: version,
    read: () => read(account.id),
    send: (body, etag) =>
      userApi.PUT("/user/users/{user_id}/roles", {
        params: { path: { user_id: account.id }, header: { "if-match": etag } },
        body: { roles: body },
      }),
    onClose,
  });
  return (
    <>
      <ActDialog
        title={t("rolesOf", { name: account.name })}
        act={common("save")}
        busy={busy}
        error={error ?? roles.error}
        onSubmit={() => save(given)}
        onClose={onClose}
      >
        <Checkbox.Group
          label={t("roles")}
          description={t("rolesHint")}
          error={given.length === 0 && t("rolesMissing")}
          value={given}
          onChange={setGiven}
        >
          <Stack mt="xs" gap="xs">
            {roles.data?.items.map(({ code }) => (
              <Checkbox key={code} value={code} label={roleName(code)} />
            ))}
          </Stack>
        </Checkbox.Group>
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}
