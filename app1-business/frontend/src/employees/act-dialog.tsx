"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode, SubmitEvent } from "react";

interface Props {
  title: string;
  /** What the button that does it says. */
  act: string;
  busy: boolean;
  /** Why it did not work, where no field of the form says so. */
  error?: unknown;
  grave?: boolean;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => unknown;
  onClose: () => void;
  children: ReactNode;
}

/** A form of few fields over the page that it is about. */
export function ActDialog({ title, act, busy, error, grave, onSubmit, onClose, children }: Props) {
  const common = useTranslations("common");
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": common("close") }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(event);
        }}
      >
        <Stack>
          {children}
          {error != null && <ProblemAlert error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common("cancel")}
            </Button>
            <Button type="submit" loading={busy} {...(grave ? { color: "red.9" } : {})}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
