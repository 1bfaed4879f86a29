"use client";

import type { SignedIn } from "@fleet/web/session/signed-in";
import { type NavEntry, Shell } from "@fleet/web/ui/shell";
import {
  IconBeach,
  IconBuilding,
  IconCalendar,
  IconChecklist,
  IconHierarchy,
  IconMessages,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { PRODUCT } from "./product";

/** The navigation: an entry for each page of this application, named by `useTranslations("nav")`. */
function useNav(): NavEntry[] {
  const t = useTranslations("nav");
  return [
    { href: "/employees", label: t("employees"), icon: IconUsers, needs: "hrms.employee.read" },
    { href: "/org-chart", label: t("orgChart"), icon: IconHierarchy, needs: "hrms.employee.read" },
    { href: "/structure", label: t("structure"), icon: IconBuilding, needs: "hrms.structure.write" },
    { href: "/leave", label: t("leave"), icon: IconBeach, needs: "hrms.leave.use" },
    { href: "/leave-approvals", label: t("approvals"), icon: IconChecklist, needs: "hrms.leave.use" },
    { href: "/team-calendar", label: t("calendar"), icon: IconCalendar, needs: "hrms.leave.use" },
    { href: "/leave-setup", label: t("leaveSetup"), icon: IconSettings, needs: "hrms.leave.manage" },
    { href: "/chat", label: t("chat"), icon: IconMessages, needs: "chat.channel.use" },
  ];
}

const NOTICES = {
  "hrms.leave_asked": "/leave-approvals",
  "hrms.leave_approved": "/leave",
  "hrms.leave_rejected": "/leave",
  "hrms.leave_cancelled": "/leave",
};

export function BusinessShell({ session, children }: { session: SignedIn; children: ReactNode }) {
  return (
    <Shell product={PRODUCT} session={session} nav={useNav()} notices={NOTICES}>
      {children}
    </Shell>
  );
}
