import { Anchor, Card, Title } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";

interface Props {
  title: string;
  href: string;
  link: string;
  children: ReactNode;
}

/** A part of the dashboard, and the way to the page that tells more. */
export function Tile({ title, href, link, children }: Props) {
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {children}
      <Anchor component={Link} href={href} size="sm" mt="sm">
        {link}
      </Anchor>
    </Card>
  );
}
