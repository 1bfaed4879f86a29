"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

interface Props {
  opened: boolean;
  /** What is there now, for comparison. */
  children?: ReactNode;
  /** Drop one's changes and show what is there now. */
  onTakeTheirs: () => void;
  /** Save one's changes over it, with the version that is there now. */
  onKeepMine: () => void;
}

/** Somebody else was faster (412): the user decides whose changes stay. */
export function ConflictDialog({ opened, children, onTakeTheirs, onKeepMine }: Props) {
  const t = useTranslations("common");
  return (
    <Modal
      opened={opened}
      onClose={onTakeTheirs}
      title={t("conflictTitle")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Text size="sm">{t("conflictText")}</Text>
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onTakeTheirs}>
            {t("conflictTheirs")}
          </Button>
          <Button onClick={onKeepMine}>{t("conflictMine")}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
