"use client";

import { versioned } from "@fleet/web/api/client";
import { ApiError } from "@fleet/web/api/problem";
import { useAllowed, useSession } from "@fleet/web/session/context";
import { ConflictDialog } from "@fleet/web/ui/conflict-dialog";
import { NotFound } from "@fleet/web/ui/not-found";
import { PageHeader } from "@fleet/web/ui/page-header";
import { PageSkeleton } from "@fleet/web/ui/page-skeleton";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { useVersionedSave } from "@fleet/web/ui/use-versioned-save";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { api } from "@/api";
import { useFormats } from "@/lending/formats";
import { useKinds } from "@/lending/use-kinds";
import type { Patron } from "@/library";

import { Account } from "./account";
import { Holds } from "./holds";
import { Loans } from "./loans";
import { PatronForm, type PatronWish } from "./patron-form";
import { PatronState } from "./patrons";

/** One's own account with the library. */
export function MyLibrary() {
  const t = useTranslations("patrons");
  return <PatronPage id={useSession().user.id} title={t("mine")} />;
}

/** What a patron has, waits for and owes. */
export function PatronPage({ id, title }: { id: string; title?: string }) {
  const params = { path: { patron_id: id } };
  const { data, error, refetch } = useQuery({
    queryKey: ["get", "/libraries/patrons/{patron_id}", id],
    queryFn: () => versioned(api.GET("/libraries/patrons/{patron_id}", { params })),
  });
  if (error instanceof ApiError && error.problem.status === 404) return <NotFound />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const patron = data.data;
  return (
    <Stack gap="xl">
      <Head patron={patron} etag={data.etag} title={title ?? patron.name} />
      <Loans patronId={id} />
      <Holds patronId={id} />
      <Account patronId={id} />
    </Stack>
  );
}

function Head({ patron, etag, title }: { patron: Patron; etag: string; title: string }) {
  const t = useTranslations("patrons");
  const kind = useKinds();
  const allowed = useAllowed();
  const { day } = useFormats();
  const [editing, { open, close }] = useDisclosure();
  return (
    <div>
      <PageHeader title={title}>
        {allowed("libraries.loan.manage") && (
          <Button variant="default" onClick={open}>
            {t("edit")}
          </Button>
        )}
      </PageHeader>
      <Group gap="xs">
        <PatronState patron={patron} />
        <Text size="sm">
          {kind(patron.category)} · {t("cardNo", { card: patron.card })}
          {patron.until !== null && <> · {t("memberUntil", { until: day(patron.until) })}</>}
        </Text>
      </Group>
      {patron.blocked !== null && (
        <Alert color="red" variant="outline" mt="sm" p="xs">
          {t("blockedBecause", { why: patron.blocked })}
        </Alert>
      )}
      {editing && <Edit patron={patron} etag={etag} onClose={close} />}
    </div>
  );
}

function Edit({ patron, etag, onClose }: { patron: Patron; etag: string; onClose: () => void }) {
  const t = useTranslations("patrons");
  const [error, setError] = useState<unknown>();
  const path = { patron_id: patron.id };
  const { save, busy, conflict } = useVersionedSave<PatronWish>({
    etag,
    read: () => versioned(api.GET("/libraries/patrons/{patron_id}", { params: { path } })),
    send: ({ category, card, guardian_email, until, blocked }, version) =>
      api.PATCH("/libraries/patrons/{patron_id}", {
        params: { path, header: { "if-match": version } },
        body: { category, card, guardian_email, until, blocked },
      }),
    onSaved: onClose,
    onError: setError,
    onTakeTheirs: onClose,
  });
  return (
    <>
      <PatronForm
        title={t("edit")}
        patron={patron}
        onClose={onClose}
        onSave={save}
        busy={busy}
        error={error}
      />
      <ConflictDialog {...conflict} />
    </>
  );
}
