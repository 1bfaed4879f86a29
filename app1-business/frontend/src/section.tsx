import { Card, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of a page, in a card under its title. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}
