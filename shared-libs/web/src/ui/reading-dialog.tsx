"use client";

import { Modal, Skeleton } from "@mantine/core";
import { useTranslations } from "next-intl";

import { ProblemAlert } from "./problem-alert";

interface Props {
  title: string;
  error: unknown;
  onClose: () => void;
}

/** Stands where a form will be while what it changes is read, or says why that failed. */
export function ReadingDialog({ title, error, onClose }: Props) {
  const common = useTranslations("common");
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      {error ? <ProblemAlert error={error} /> : <Skeleton h={240} />}
    </Modal>
  );
}
