"use client";

import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode, SubmitEventHandler } from "react";

interface Props {
  title: string;
  onClose: () => void;
  onSubmit: SubmitEventHandler<HTMLFormElement>;
  busy: boolean;
  /** What was refused and belongs to no field. */
  refused?: ReactNode;
  /** What the button says; by default that it saves. */
  submit?: string;
  children: ReactNode;
}

/** A form in a dialog. It is mounted anew each time, so that it begins empty. */
export function FormModal({ title, onClose, onSubmit, busy, refused, submit, children }: Props) {
  const t = useTranslations("common");
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={onSubmit}>
        <Stack>
          {children}
          {typeof refused === "string" ? (
            <Alert color="red" variant="outline" role="alert">
              {refused}
            </Alert>
          ) : (
            refused
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={busy}>
              {submit ?? t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
