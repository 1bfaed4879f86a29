"use client";

import type { SignedIn } from "@fleet/web/session/signed-in";
import { type NavEntry, Shell } from "@fleet/web/ui/shell";
import {
  IconBarcode,
  IconBookmark,
  IconBooks,
  IconCalendarCog,
  IconFileImport,
  IconId,
  IconListDetails,
} from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { PRODUCT } from "./product";

/** The navigation: an entry for each page of this application, named by `useTranslations("nav")`. */
function useNav(): NavEntry[] {
  const t = useTranslations("nav");
  return [
    { href: "/desk", label: t("desk"), icon: IconBarcode, needs: "libraries.loan.manage" },
    { href: "/catalogue", label: t("catalogue"), icon: IconBooks, needs: "libraries.catalogue.read" },
    { href: "/loans", label: t("loans"), icon: IconListDetails, needs: "libraries.loan.manage" },
    { href: "/patrons", label: t("patrons"), icon: IconId, needs: "libraries.loan.manage" },
    { href: "/my-library", label: t("myLibrary"), icon: IconBookmark, needs: "libraries.loan.use" },
    { href: "/library-rules", label: t("rules"), icon: IconCalendarCog, needs: "libraries.settings.write" },
    {
      href: "/catalogue-import",
      label: t("imports"),
      icon: IconFileImport,
      needs: "libraries.catalogue.write",
    },
  ];
}

const NOTICES = {
  "libraries.loan_due_soon": "/my-library",
  "libraries.loan_overdue": "/my-library",
  "libraries.hold_ready": "/my-library",
};

export function SchoolShell({ session, children }: { session: SignedIn; children: ReactNode }) {
  return (
    <Shell product={PRODUCT} session={session} nav={useNav()} notices={NOTICES}>
      {children}
    </Shell>
  );
}
