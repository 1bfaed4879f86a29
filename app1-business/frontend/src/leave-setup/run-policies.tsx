"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect } from "react";

import { $api } from "@/api";
import { useToday } from "@/day";

const EVERY = 1000; // milliseconds between looks at a job that runs

/** Gives everybody what policies say of this year; else that happens at night. */
export function RunPolicies() {
  const t = useTranslations("leaveSetup");
  const today = useToday();
  const queries = useQueryClient();
  const run = $api.useMutation("post", "/hrms/leave-policies/run");
  const { data: job, error } = $api.useQuery(
    "get",
    "/hrms/jobs/{job_id}",
    { params: { path: { job_id: run.data?.id ?? "" } } },
    {
      enabled: run.data !== undefined,
      refetchInterval: ({ state }) => (state.data?.state === "running" || !state.data ? EVERY : false),
    },
  );
  const state = job?.state;
  useEffect(() => {
    if (state === "done") void queries.invalidateQueries({ queryKey: ["get", "/hrms/leave-allocations"] });
  }, [state, queries]);
  return (
    <Stack mt="lg" gap="xs" maw={640}>
      <Text size="sm" c="dimmed">
        {t("runHint")}
      </Text>
      <Group>
        <Button
          variant="default"
          loading={run.isPending || state === "running"}
          onClick={() => {
            run.mutate({ body: { as_of: today } });
          }}
        >
          {t("run")}
        </Button>
      </Group>
      {run.isError && <ProblemAlert error={run.error} />}
      {error && <ProblemAlert error={error} />}
      {job && state === "running" && (
        <Progress value={(100 * job.done) / Math.max(job.total, 1)} aria-label={t("run")} />
      )}
      {job && state === "done" && (
        <Text size="sm" role="status">
          {t("ran", { count: job.counts.allocations ?? 0 })}
        </Text>
      )}
    </Stack>
  );
}
