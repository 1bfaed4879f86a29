"use client";

import type { components } from "@fleet/web/api/business";
import { dataOf } from "@fleet/web/api/data-of";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { listQuery } from "@fleet/web/ui/use-view";
import { Alert, Anchor, Button, FileInput, Group, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";

import { $api, api } from "@/api";

type Job = components["schemas"]["HrmsLongJobRead"];
type Refused = components["schemas"]["HrmsLongJobErrorRead"];

const SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const EVERY = 1000; // milliseconds between looks at a job that runs

/** Employees from a file: tried first, then imported, while the work is watched. */
export function Import() {
  const t = useTranslations("imports");
  const [file, setFile] = useState<File | null>(null);
  const [started, setStarted] = useState<{ job: string; dry: boolean }>();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: (wish: { file: File; dry: boolean }) => upload(wish.file, wish.dry),
    onSuccess: (job, { dry }) => {
      queries.removeQueries({ queryKey: ["get", "/hrms/jobs/{job_id}"] });
      setStarted({ job: job.id, dry });
    },
  });
  const { data: job, error } = $api.useQuery(
    "get",
    "/hrms/jobs/{job_id}",
    { params: { path: { job_id: started?.job ?? "" } } },
    {
      enabled: started !== undefined,
      refetchInterval: ({ state }) =>
        state.data === undefined || state.data.state === "running" ? EVERY : false,
    },
  );
  const runs = started !== undefined && (job === undefined || job.state === "running");

  return (
    <Stack maw={800}>
      <PageHeader title={t("title")} />
      <Text size="sm">
        {t.rich("about", {
          template: (chunks) => (
            <Anchor
              href="/api/gateway/hrms/imports/template?format=xlsx"
              download="employees.xlsx"
              inherit
              underline="always"
            >
              {chunks}
            </Anchor>
          ),
        })}
      </Text>
      <Group align="end">
        <FileInput
          label={t("file")}
          placeholder={t("choose")}
          accept=".csv,.tsv,.txt,.xlsx"
          value={file}
          disabled={runs}
          onChange={(chosen) => {
            setFile(chosen);
            setStarted(undefined);
            start.reset();
          }}
          flex={1}
          miw={220}
        />
        <Button
          variant="default"
          disabled={file === null || runs}
          loading={start.isPending}
          onClick={() => {
            if (file) start.mutate({ file, dry: true });
          }}
        >
          {t("try")}
        </Button>
      </Group>
      {start.isError && <ProblemAlert error={start.error} />}
      {error && <ProblemAlert error={error} />}
      {started && !job && !error && <Skeleton h={60} />}
      {started && job && <Outcome job={job} dry={started.dry} />}
      {started?.dry && job?.state === "done" && file && (
        <Group>
          <Button
            loading={start.isPending}
            onClick={() => {
              start.mutate({ file, dry: false });
            }}
          >
            {t("import")}
          </Button>
        </Group>
      )}
      {job && job.refused > 0 && <Errors job={job} />}
    </Stack>
  );
}

/** How far the work is, and at its end what came of it. */
function Outcome({ job, dry }: { job: Job; dry: boolean }) {
  const t = useTranslations("imports");
  const cancel = $api.useMutation("post", "/hrms/jobs/{job_id}/cancel");
  const counts = {
    created: job.counts.created ?? 0,
    updated: job.counts.updated ?? 0,
    unchanged: job.counts.unchanged ?? 0,
    refused: job.refused,
  };
  if (job.state === "running") {
    return (
      <Stack gap="xs">
        <Text size="sm" role="status">
          {t("progress", { done: job.done, total: job.total })}
        </Text>
        <Progress value={(100 * job.done) / Math.max(job.total, 1)} aria-label={t("title")} />
        <Group>
          <Button
            variant="default"
            size="xs"
            loading={cancel.isPending}
            onClick={() => {
              cancel.mutate({ params: { path: { job_id: job.id } } });
            }}
          >
            {t("stop")}
          </Button>
        </Group>
      </Stack>
    );
  }
  const title = job.state === "done" ? t(dry ? "tried" : "done") : t(job.state);
  return (
    <Alert
      variant="outline"
      role="status"
      color={job.state === "done" && job.refused === 0 ? "green" : "orange"}
      title={title}
    >
      {t(dry ? "would" : "did", counts)}
    </Alert>
  );
}

function Errors({ job }: { job: Job }) {
  const t = useTranslations("imports");
  const columns = useMemo<Column<Refused>[]>(
    () => [
      { id: "row", header: t("row"), cell: ({ row }) => row },
      { id: "column", header: t("column"), cell: ({ column }) => column },
      { id: "detail", header: t("detail"), cell: ({ detail }) => detail },
    ],
    [t],
  );
  return (
    <ResourceTable
      label={t("errors")}
      queryKey={["get", "/hrms/jobs/{job_id}/errors", job.id, job.refused]}
      read={(cursor) =>
        dataOf(
          api.GET("/hrms/jobs/{job_id}/errors", {
            params: { path: { job_id: job.id }, query: listQuery({ cursor, limit: 50, total: true }) },
          }),
        )
      }
      columns={columns}
      rowKey={({ id }) => id}
    />
  );
}

/** The body is the file as it is. What browsers call its type depends on the machine, so its name decides. */
function upload(file: File, dry: boolean): Promise<Job> {
  const type = file.name.toLowerCase().endsWith(".xlsx") ? SHEET : "text/csv";
  return dataOf(
    api.POST("/hrms/imports", {
      params: { query: { name: file.name, dry_run: dry } },
      body: "",
      bodySerializer: () => file,
      headers: { "content-type": type },
    }),
  );
}
