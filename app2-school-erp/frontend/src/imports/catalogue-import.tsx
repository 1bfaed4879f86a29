"use client";

import { dataOf } from "@fleet/web/api/data-of";
import { fetchSignedIn } from "@fleet/web/api/fetch";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { type Column, ResourceTable } from "@fleet/web/ui/resource-table";
import { useView } from "@fleet/web/ui/use-view";
import { Anchor, Button, FileInput, Group, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useMemo, useState } from "react";

import { $api, api } from "@/api";
import type { components } from "@fleet/web/api/school";
import type { Job } from "@/library";

type Refused = components["schemas"]["LibrariesLongJobErrorRead"];

const TYPES: Record<string, string> = {
  mrc: "application/marc",
  marc: "application/marc",
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};
const EVERY = 1000; // milliseconds

export function CatalogueImport() {
  const t = useTranslations("imports");
  const [view, setView] = useView({ job: "" });
  const [file, setFile] = useState<File | null>(null);
  const start = useMutation({ mutationFn: upload, onSuccess: ({ id }) => setView({ job: id }) });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (file) start.mutate(file);
  };
  return (
    <>
      <PageHeader title={t("title")} />
      <Stack maw={720}>
        <Text size="sm">
          {t("hint")}{" "}
          <Anchor
            href="/api/gateway/libraries/imports/template?format=csv"
            download="books.csv"
            inherit
            underline="always"
          >
            {t("template")}
          </Anchor>
        </Text>
        <form onSubmit={submit}>
          <Group align="end">
            <FileInput
              label={t("file")}
              placeholder={t("choose")}
              accept={Object.keys(TYPES)
                .map((ending) => `.${ending}`)
                .join(",")}
              value={file}
              onChange={setFile}
              clearable
              clearButtonProps={{ "aria-label": t("clear") }}
              miw={240}
              style={{ flex: 1 }}
            />
            <Button type="submit" loading={start.isPending} disabled={!file}>
              {t("start")}
            </Button>
          </Group>
        </form>
        {start.isError && <ProblemAlert error={start.error} />}
        {view.job !== "" && <Result key={view.job} id={view.job} />}
      </Stack>
    </>
  );
}

/** The body is the file as it is, which the typed client does not know. */
async function upload(file: File): Promise<Job> {
  const query = new URLSearchParams({ name: file.name }).toString();
  const type = TYPES[file.name.split(".").pop()?.toLowerCase() ?? ""] ?? file.type;
  const request = new Request(`/api/gateway/libraries/imports?${query}`, {
    method: "POST",
    headers: { "content-type": type },
    body: file,
  });
  return (await (await fetchSignedIn(request)).json()) as Job;
}

function Result({ id }: { id: string }) {
  const t = useTranslations("imports");
  const { data, error, refetch } = $api.useQuery(
    "get",
    "/libraries/jobs/{job_id}",
    { params: { path: { job_id: id } } },
    { refetchInterval: ({ state }) => (state.data?.state === "running" ? EVERY : false) },
  );
  const cancel = $api.useMutation("post", "/libraries/jobs/{job_id}/cancel");
  const columns = useMemo<Column<Refused>[]>(
    () => [
      { id: "row", header: t("record"), cell: (each) => each.row },
      { id: "detail", header: t("why"), cell: (each) => each.detail },
    ],
    [t],
  );
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton h={120} />;
  const running = data.state === "running";
  const count = (name: string) => data.counts[name] ?? 0;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} role="status">
          {t(`state.${data.state}`, { done: data.done, total: data.total })}
        </Text>
        {running && (
          <Button
            variant="default"
            size="xs"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ params: { path: { job_id: id } } })}
          >
            {t("cancel")}
          </Button>
        )}
      </Group>
      <Progress
        value={(100 * data.done) / Math.max(data.total, 1)}
        color={data.state === "failed" ? "red" : ""}
        animated={running}
        aria-label={t("title")}
      />
      <Text size="sm">
        {t("counts", { created: count("created"), known: count("known"), copies: count("copies") })}
        {count("isbn_invalid") > 0 && <> {t("isbnInvalid", { count: count("isbn_invalid") })}</>}
      </Text>
      {data.refused > 0 && (
        <>
          <Title order={2} size="h4" mt="md">
            {t("refused", { count: data.refused })}
          </Title>
          <ResourceTable
            label={t("refused", { count: data.refused })}
            queryKey={["get", "/libraries/jobs/{job_id}/errors", id, data.refused]}
            read={(cursor) => {
              const params = { path: { job_id: id }, query: { cursor: cursor ?? null } };
              return dataOf(api.GET("/libraries/jobs/{job_id}/errors", { params }));
            }}
            columns={columns}
            rowKey={(each) => each.id}
          />
        </>
      )}
    </Stack>
  );
}
