"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { useAllowed } from "../session/context";
import { Notice } from "./notice";

/** A page for those who may; others are told. */
export function Permitted({ needs, children }: { needs: string; children: ReactNode }) {
  return useAllowed()(needs) ? children : <Denied />;
}

export function Denied() {
  const t = useTranslations("shell");
  return <Notice title={t("deniedTitle")} text={t("deniedText")} />;
}
