import { Anchor, Badge, Group, Text } from "@mantine/core";
import Link from "next/link";
import { useTranslations } from "next-intl";

import type { Loan } from "@/library";

import { useFormats } from "./formats";

/** Which copy of which book is out. */
export function LoanedBook({ loan }: { loan: Loan }) {
  return (
    <>
      <Anchor component={Link} href={`/catalogue/${loan.book_id}`} fw={600}>
        {loan.title}
      </Anchor>
      <Text size="xs" c="dimmed">
        {loan.barcode}
      </Text>
    </>
  );
}

export function DueDay({ loan }: { loan: Loan }) {
  const t = useTranslations("patrons");
  const { day } = useFormats();
  return (
    <Group gap={6}>
      <Text size="sm" style={{ whiteSpace: "nowrap" }}>
        {day(loan.due_on)}
      </Text>
      {loan.lost_at !== null && (
        <Badge color="red" style={{ flexShrink: 0 }}>
          {t("lost")}
        </Badge>
      )}
      {loan.overdue && loan.lost_at === null && (
        <Badge color="red" style={{ flexShrink: 0 }}>
          {t("overdue")}
        </Badge>
      )}
    </Group>
  );
}
