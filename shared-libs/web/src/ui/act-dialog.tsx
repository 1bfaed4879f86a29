"use client";

import { Button, Group, Modal, type ModalProps, Stack } from "@mantine/core";
import { useTranslations } from "next-intl";
import type { ReactNode, SubmitEvent } from "react";

import { ProblemAlert } from "./problem-alert";

interface Props {
  title: string;
  /** What the button that does it says. */
  act: string;
  busy: boolean;
  /** Why it did not work, where no field of the form says so. */
  error?: unknown;
  grave?: boolean;
  /** Removes what the form is about. */
  onRemove?: (() => void) | undefined;
  removing?: boolean;
  size?: ModalProps["size"];
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => unknown;
  onClose: () => void;
  children: ReactNode;
}

/** A form of few fields over the page that it is about. */
export function ActDialog(props: Props) {
  const {
    title,
    act,
    busy,
    error,
    grave,
    onRemove,
    removing,
    size = "md",
    onSubmit,
    onClose,
    children,
  } = props;
  const common = useTranslations("common");
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(event);
        }}
      >
        <Stack>
          {children}
          {error != null && <ProblemAlert error={error} />}
          <Group justify="space-between">
            {onRemove && (
              <Button variant="light" color="red" loading={removing ?? false} onClick={onRemove}>
                {common("remove")}
              </Button>
            )}
            <Group ml="auto">
              <Button variant="default" onClick={onClose}>
                {common("cancel")}
              </Button>
              <Button type="submit" loading={busy} {...(grave ? { color: "red.9" } : {})}>
                {act}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
