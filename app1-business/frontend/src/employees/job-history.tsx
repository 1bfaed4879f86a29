"use client";

import type { components } from "@fleet/web/api/business";
import { useAllowed } from "@fleet/web/session/context";
import { ActDialog } from "@fleet/web/ui/act-dialog";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Skeleton, Text, Timeline } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { $api } from "@/api";
import { useDay, useToday } from "@/day";

import type { Employee } from "./types";

type Job = components["schemas"]["HrmsJobRead"];

/** Every job that somebody has had, has and will have, the latest first. */
export function JobHistory({ employee }: { employee: Employee }) {
  const t = useTranslations("employees");
  const day = useDay();
  const today = useToday();
  const allowed = useAllowed();
  const [withdrawn, setWithdrawn] = useState<Job>();
  const { data, error, isPending, refetch } = $api.useQuery("get", "/hrms/employees/{employee_id}/history", {
    params: { path: { employee_id: employee.id } },
  });

  if (isPending) return <Skeleton h={80} />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  const jobs = data.items.toSorted((a, b) => b.valid_from.localeCompare(a.valid_from));
  const current = jobs.findIndex((job) => job.valid_from <= today);
  const time = ({ valid_from, valid_to }: Job) => {
    if (valid_to !== null) return t("period", { from: day(valid_from), to: day(valid_to) });
    return t(valid_from <= today ? "since" : "from", { from: day(valid_from) });
  };
  return (
    <>
      <Timeline active={jobs.length - current - 1} reverseActive bulletSize={16}>
        {jobs.map((job) => (
          <Timeline.Item key={job.id} title={job.position ?? t(`employmentTypes.${job.employment_type}`)}>
            <Text size="sm">
              {[job.department, t(`employmentTypes.${job.employment_type}`), job.manager]
                .filter(Boolean)
                .join(" · ")}
            </Text>
            <Text size="xs" c="dimmed">
              {time(job)}
            </Text>
            {allowed("hrms.employee.write") && job !== jobs.at(-1) && (
              <Button
                size="compact-xs"
                variant="default"
                mt={4}
                aria-label={t("withdrawJob", { from: day(job.valid_from) })}
                onClick={() => {
                  setWithdrawn(job);
                }}
              >
                {t("withdraw")}
              </Button>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
      {withdrawn && (
        <WithdrawJob
          employee={employee}
          job={withdrawn}
          onClose={() => {
            setWithdrawn(undefined);
          }}
        />
      )}
    </>
  );
}

function WithdrawJob({ employee, job, onClose }: { employee: Employee; job: Job; onClose: () => void }) {
  const t = useTranslations("employees");
  const day = useDay();
  const withdraw = $api.useMutation("delete", "/hrms/employees/{employee_id}/job-changes/{job_id}", {
    onSuccess: onClose,
  });
  return (
    <ActDialog
      title={t("withdrawJob", { from: day(job.valid_from) })}
      act={t("withdraw")}
      busy={withdraw.isPending}
      error={withdraw.error}
      onSubmit={() => {
        withdraw.mutate({ params: { path: { employee_id: employee.id, job_id: job.id } } });
      }}
      onClose={onClose}
    >
      <Text size="sm">{t("withdrawText")}</Text>
    </ActDialog>
  );
}
