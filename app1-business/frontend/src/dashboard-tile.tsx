import { Anchor } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";

import { Section } from "./section";

interface Props {
  title: string;
  href: string;
  link: string;
  children: ReactNode;
}

/** A part of the dashboard, and the way to the page that tells more. */
export function Tile({ title, href, link, children }: Props) {
  return (
    <Section title={title}>
      {children}
      <Anchor component={Link} href={href} size="sm" mt="sm">
        {link}
      </Anchor>
    </Section>
  );
}
