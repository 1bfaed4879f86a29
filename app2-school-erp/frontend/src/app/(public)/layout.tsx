import { PublicFrame } from "@fleet/web/ui/public-frame";
import type { ReactNode } from "react";

import { PRODUCT } from "@/product";

export default function Layout({ children }: { children: ReactNode }) {
  return <PublicFrame product={PRODUCT}>{children}</PublicFrame>;
}
