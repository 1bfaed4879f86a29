"use client";

import { ActDialog } from "@fleet/web/ui/act-dialog";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Anchor, Button, Card, Group, Skeleton, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api } from "@/api";

import { type LeaveItem, useLeaveTypes } from "./reading";
import { usePeriod } from "./use-period";

/** What waits for one's decision, the earliest first. */
export function Approvals() {
  const t = useTranslations("leave");
  const [decided, setDecided] = useState<{ request: LeaveItem; how: "approve" | "reject" }>();
  const { data, error, isPending, refetch } = $api.useQuery(
    "get",
    "/hrms/leave-requests",
    { params: { query: { awaits_me: true, sort: "from", limit: 50, total: true } } },
    { refetchOnWindowFocus: true },
  );
  return (
    <>
      <PageHeader title={t("approvals")} />
      {isPending && <Skeleton h={160} />}
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && <Text c="dimmed">{t("nothingWaits")}</Text>}
      <Stack component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {data?.items.map((request) => (
          <Waiting
            key={request.id}
            request={request}
            onDecide={(how) => {
              setDecided({ request, how });
            }}
          />
        ))}
      </Stack>
      {(data?.total ?? 0) > 50 && (
        <Text size="sm" c="dimmed" mt="sm">
          {t("moreWait", { count: (data?.total ?? 0) - 50 })}
        </Text>
      )}
      {decided && (
        <Decide
          {...decided}
          onClose={() => {
            setDecided(undefined);
          }}
        />
      )}
    </>
  );
}

interface WaitingProps {
  request: LeaveItem;
  onDecide: (how: "approve" | "reject") => void;
}

function Waiting({ request, onDecide }: WaitingProps) {
  const t = useTranslations("leave");
  const period = usePeriod();
  const type = useLeaveTypes().find(({ id }) => id === request.leave_type_id);
  return (
    <Card component="li" withBorder>
      <Group justify="space-between">
        <div>
          <Anchor component={Link} href={`/employees/${request.employee_id}`} fw={600}>
            {request.employee}
          </Anchor>
          <Text>
            {t("costs", { period: period(request), days: Number(request.days) })} · {type?.name}
          </Text>
          {request.reason !== null && (
            <Text size="sm" c="dimmed">
              {request.reason}
            </Text>
          )}
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            onClick={() => {
              onDecide("reject");
            }}
          >
            {t("reject")}
          </Button>
          <Button
            onClick={() => {
              onDecide("approve");
            }}
          >
            {t("approve")}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}

interface DecideProps {
  request: LeaveItem;
  how: "approve" | "reject";
  onClose: () => void;
}

function Decide({ request, how, onClose }: DecideProps) {
  const t = useTranslations("leave");
  const period = usePeriod();
  const [comment, setComment] = useState("");
  const decide = $api.useMutation("post", `/hrms/leave-requests/{request_id}/${how}`, {
    onSuccess: ({ status }) => {
      notifications.show({ message: t(status === "pending" ? "passedOn" : `decided.${how}`) });
      onClose();
    },
  });
  return (
    <ActDialog
      title={`${t(how)}: ${period(request)}`}
      act={t(how)}
      grave={how === "reject"}
      busy={decide.isPending}
      error={decide.error}
      onSubmit={() => {
        decide.mutate({
          params: { path: { request_id: request.id } },
          body: { comment: comment.trim() === "" ? null : comment.trim() },
        });
      }}
      onClose={onClose}
    >
      <Textarea
        label={t(how === "reject" ? "reason" : "comment")}
        required={how === "reject"}
        maxLength={1000}
        autosize
        minRows={2}
        data-autofocus
        value={comment}
        onChange={(event) => {
          setComment(event.currentTarget.value);
        }}
      />
    </ActDialog>
  );
}
