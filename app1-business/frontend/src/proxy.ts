import { proxied } from "@fleet/web/session/proxy";
import type { NextRequest } from "next/server";

export function proxy(request: NextRequest) {
  return proxied("business", request);
}

export const config = { matcher: ["/((?!api/|_next/|healthz|readyz|favicon|icon).*)"] };
