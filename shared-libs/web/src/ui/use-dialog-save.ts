import { notifications } from "@mantine/notifications";
import { useTranslations } from "next-intl";

import { useVersionedSave, type VersionedWish } from "./use-versioned-save";

type Wish<Values> = Omit<VersionedWish<Values>, "onSaved" | "onTakeTheirs"> & { onClose: () => void };

/** The same for a dialog, which closes when all is saved or given up for what another saved. */
export function useDialogSave<Values>({ onClose, ...wish }: Wish<Values>) {
  const common = useTranslations("common");
  return useVersionedSave<Values>({
    ...wish,
    onSaved: () => {
      notifications.show({ message: common("saved") });
      onClose();
    },
    onTakeTheirs: onClose,
  });
}
