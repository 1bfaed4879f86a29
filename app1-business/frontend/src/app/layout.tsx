import { RootDocument } from "@fleet/web/ui/root-document";
import type { Metadata } from "next";
import type { ReactNode } from "react";

import { PRODUCT } from "@/product";

export const metadata: Metadata = { title: { default: PRODUCT, template: `%s · ${PRODUCT}` } };

export default function Layout({ children }: { children: ReactNode }) {
  return <RootDocument color="indigo">{children}</RootDocument>;
}
