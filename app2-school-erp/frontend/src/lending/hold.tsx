"use client";

import { useAllowed } from "@fleet/web/session/context";
import { useProblemText } from "@fleet/web/ui/use-problem-text";
import { Badge, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";

import { api } from "@/api";
import type { Hold } from "@/library";

import { useFormats } from "./formats";

export function HoldState({ hold }: { hold: Hold }) {
  const t = useTranslations("lending");
  const { day } = useFormats();
  return (
    <>
      <Badge variant={hold.state === "ready" ? "filled" : "default"}>{t(`holdState.${hold.state}`)}</Badge>
      {hold.state === "ready" && hold.expires_on !== null && (
        <Text size="xs" c="dimmed">
          {t("readyUntil", { barcode: hold.ready_barcode ?? "", until: day(hold.expires_on) })}
        </Text>
      )}
    </>
  );
}

/** What can be done with a hold: what lies ready is for staff to cancel. */
export function HoldActs({ hold }: { hold: Hold }) {
  const t = useTranslations("lending");
  const text = useProblemText();
  const manages = useAllowed()("libraries.loan.manage");
  const params = { path: { hold_id: hold.id } };
  const onError = (error: Error) => notifications.show({ message: text(error), color: "red" });
  const act = useMutation({
    mutationFn: (wish: "cancel" | "suspend" | "resume") =>
      api.POST(`/libraries/holds/{hold_id}/${wish}`, { params }),
    onError,
  });
  const first = useMutation({
    mutationFn: () => api.POST("/libraries/holds/{hold_id}/move", { params, body: { position: 1 } }),
    onError,
  });
  const named = (label: string) => ({ "aria-label": `${label}: ${hold.patron}, ${hold.title}` });
  const waits = hold.state === "queued";
  return (
    <Group gap={6}>
      {manages && waits && (hold.position ?? 1) > 1 && (
        <Button
          variant="default"
          size="compact-sm"
          loading={first.isPending}
          onClick={() => first.mutate()}
          {...named(t("toFront"))}
        >
          {t("toFront")}
        </Button>
      )}
      {(waits || hold.state === "suspended") && (
        <Button
          variant="default"
          size="compact-sm"
          loading={act.isPending && act.variables !== "cancel"}
          onClick={() => act.mutate(waits ? "suspend" : "resume")}
          {...named(t(waits ? "suspend" : "resume"))}
        >
          {t(waits ? "suspend" : "resume")}
        </Button>
      )}
      {(hold.state !== "ready" || manages) && (
        <Button
          variant="default"
          size="compact-sm"
          loading={act.isPending && act.variables === "cancel"}
          onClick={() => act.mutate("cancel")}
          {...named(t("cancelHold"))}
        >
          {t("cancelHold")}
        </Button>
      )}
    </Group>
  );
}
