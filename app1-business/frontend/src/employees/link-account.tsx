"use client";

import { versioned } from "@fleet/web/api/client";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { useDialogSave } from "@fleet/web/ui/use-dialog-save";
import { Text } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";

import { AccountPicker } from "./pickers";
import type { Employee } from "./types";

interface Props {
  start: { data: Employee; etag: string };
  onClose: () => void;
}

/** Gives an employee an account that is there already: whoever registered the organisation was never invited. */
export function LinkAccount({ start: { data: employee, etag }, onClose }: Props) {
  const t = useTranslations("employees");
  const [account, setAccount] = useState<string | null>(null);
  const path = { employee_id: employee.id };
  const { busy, error, save, conflict } = useDialogSave<string>({
    etag,
    read: () => versioned(api.GET("/hrms/employees/{employee_id}", { params: { path } })),
    send: (user_id, version) =>
      api.PUT("/hrms/employees/{employee_id}/account", {
        params: { path, header: { "if-match": version } },
        body: { user_id },
      }),
    onClose,
  });
  return (
    <>
      <ActDialog
        title={t("linkAccount")}
        act={t("linkAccount")}
        busy={busy}
        error={error}
        onSubmit={() => {
          if (account !== null) save(account);
        }}
        onClose={onClose}
      >
        <Text size="sm">{t("linkAccountText", { name: employee.first_name })}</Text>
        <AccountPicker label={t("account")} required value={account} onChange={setAccount} />
      </ActDialog>
      <ConflictDialog {...conflict} />
    </>
  );
}
