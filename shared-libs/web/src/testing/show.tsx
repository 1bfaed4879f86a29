import "@testing-library/jest-dom";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { act, render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { axe } from "jest-axe";
import {
  AppRouterContext,
  type AppRouterInstance,
} from "next/dist/shared/lib/app-router-context.shared-runtime";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import { type AbstractIntlMessages, NextIntlClientProvider } from "next-intl";
import { type ReactNode, useState } from "react";

import { QueryProvider } from "../api/query-provider";
import { webMessages } from "../i18n/messages";
import { SessionProvider } from "../session/context";
import type { SignedIn } from "../session/signed-in";

export const session: SignedIn = {
  user: {
    id: "ada",
    email: "ada@acme.test",
    email_verified: true,
    name: "Ada Lovelace",
    status: "active",
    roles: [],
    created_at: "2026-01-01T00:00:00Z",
    permissions: [],
  },
  tenant: {
    id: "acme",
    name: "Acme",
    application: "business",
    status: "active",
    country: "GB",
    currency: "GBP",
    time_zone: "Europe/London",
    locale: "en-GB",
    mfa_roles: [],
    services: {},
  },
};

interface Setting {
  messages?: AbstractIntlMessages;
  /** Where the page is; what it changes of that can be read with `address()`. */
  address?: string;
  permissions?: string[];
}

/** Render a part of a page as an application does: with its words, a session, and an address it may change. */
export function show(
  part: ReactNode,
  { messages = webMessages.en, address = "/", permissions = [] }: Setting = {},
) {
  let shown = address;
  const follow = (href: string) => {
    shown = href;
  };
  const mine = { ...session, user: { ...session.user, permissions } };
  const view = render(
    <Address initial={address} onChange={follow}>
      <NextIntlClientProvider
        locale={mine.tenant.locale}
        messages={messages}
        timeZone={mine.tenant.time_zone}
      >
        <MantineProvider env="test">
          <SessionProvider value={mine}>
            <QueryProvider>
              <Notifications />
              {part}
            </QueryProvider>
          </SessionProvider>
        </MantineProvider>
      </NextIntlClientProvider>
    </Address>,
  );
  return { ...view, user: userEvent.setup({ delay: null }), address: () => shown };
}

/** What of a part would be in the way of a screen reader; for `toHaveNoViolations`. */
export function audit(part: Element) {
  return act(() => axe(part));
}

/** Next.js' router, as far as pages use it. */
function Address({
  initial,
  onChange,
  children,
}: {
  initial: string;
  onChange: (href: string) => void;
  children: ReactNode;
}) {
  const [href, setHref] = useState(initial);
  const go = (to: string) => {
    onChange(to);
    setHref(to);
  };
  const [path = "/", query] = href.split("?");
  const nothing = () => undefined;
  const router: AppRouterInstance = {
    push: go,
    replace: go,
    back: nothing,
    forward: nothing,
    refresh: nothing,
    prefetch: nothing,
    bfcacheId: "",
  };
  return (
    <AppRouterContext value={router}>
      <PathnameContext value={path}>
        <SearchParamsContext value={new URLSearchParams(query)}>{children}</SearchParamsContext>
      </PathnameContext>
    </AppRouterContext>
  );
}
