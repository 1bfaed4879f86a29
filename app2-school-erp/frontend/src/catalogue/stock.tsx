import { Badge, Group, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import type { Book } from "@/library";

/** How many copies there are, on the shelf now, and who waits. */
export function Stock({ book: { available, copies, waiting } }: { book: Book }) {
  const t = useTranslations("catalogue");
  return (
    <Group gap={6} wrap="nowrap">
      <Badge variant={available > 0 ? "filled" : "default"}>{t("availableOf", { available, copies })}</Badge>
      {waiting > 0 && (
        <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {t("waiting", { count: waiting })}
        </Text>
      )}
    </Group>
  );
}
