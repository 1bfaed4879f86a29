"use client";

import { showInForm } from "@fleet/web/api/problem";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { useZodResolver } from "@fleet/web/ui/zod-resolver";
import {
  Alert,
  Button,
  Group,
  Modal,
  MultiSelect,
  ScrollArea,
  Skeleton,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod";

import { $api, api } from "@/api";

import type { Go } from "./chat";
import { useChat, useChatState } from "./provider";

interface Props {
  opened: boolean;
  onClose: () => void;
  go: Go;
}

const schema = z.object({
  name: z.string().trim().min(1).max(200),
  topic: z.string().max(500),
  private: z.boolean(),
});

export function NewChannel({ opened, onClose, go }: Props) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const client = useChat();
  const form = useForm({
    resolver: useZodResolver(schema),
    defaultValues: { name: "", topic: "", private: false },
  });
  const create = $api.useMutation("post", "/chat/channels", {
    onSuccess: async ({ id }) => {
      await client.refresh(id);
      form.reset();
      onClose();
      go({ channel: id });
    },
    onError: (error) => showInForm(error, form.setError, ["name", "topic"]),
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit(({ name, topic, private: closed }) => {
    create.mutate({ body: { kind: closed ? "private" : "public", name, topic } });
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("newChannel")}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t("name")}
            required
            data-autofocus
            {...form.register("name")}
            error={errors.name && (errors.name.type === "server" ? errors.name.message : t("nameNeeded"))}
          />
          <TextInput label={t("topic")} {...form.register("topic")} error={errors.topic?.message} />
          <Switch label={t("private")} description={t("privateHint")} {...form.register("private")} />
          {errors.root && (
            <Alert color="red" role="alert">
              {errors.root.message}
            </Alert>
          )}
          <Button type="submit" loading={create.isPending}>
            {t("create")}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

/** Public channels, to look into and to join. */
export function BrowseChannels({ opened, onClose, go }: Props) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const query = useInfiniteQuery({
    queryKey: ["get", "/chat/channels", "public"],
    queryFn: async ({ pageParam }) => {
      const asked = { kind: "public" as const, limit: 100, ...(pageParam && { cursor: pageParam }) };
      return (await api.GET("/chat/channels", { params: { query: asked } })).data;
    },
    initialPageParam: "",
    getNextPageParam: (last) => last?.next_cursor ?? undefined,
    enabled: opened,
  });
  const channels = query.data?.pages.flatMap((page) => page?.items ?? []) ?? [];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("browse")}
      scrollAreaComponent={ScrollArea.Autosize}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Stack gap="xs">
        {query.isPending && <Skeleton h={120} />}
        {query.isError && <ProblemAlert error={query.error} retry={() => void query.refetch()} />}
        {channels.map(({ id, name, topic, my_role }) => (
          <Group key={id} justify="space-between" wrap="nowrap">
            <Stack gap={0} miw={0}>
              <Text fw={600} size="sm" truncate>
                {name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {topic}
              </Text>
            </Stack>
            <Button
              size="xs"
              variant="default"
              aria-label={t("openChannel", { name: name ?? "" })}
              onClick={() => {
                onClose();
                go({ channel: id });
              }}
            >
              {my_role === null ? t("look") : t("open")}
            </Button>
          </Group>
        ))}
        {query.isSuccess && channels.length === 0 && <Text c="dimmed">{common("nothingFound")}</Text>}
        {query.hasNextPage && (
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {common("more")}
          </Button>
        )}
      </Stack>
    </Modal>
  );
}

/** A conversation with one or several people. */
export function NewDirect({ opened, onClose, go }: Props) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const client = useChat();
  const [chosen, setChosen] = useState<string[]>([]);
  const open = $api.useMutation("post", "/chat/dms", {
    onSuccess: async ({ id }) => {
      await client.refresh(id);
      setChosen([]);
      onClose();
      go({ channel: id });
    },
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("newDirect")}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Stack>
        <PeopleField value={chosen} onChange={setChosen} most={9} />
        {open.isError && <ProblemAlert error={open.error} />}
        <Button
          disabled={chosen.length === 0}
          loading={open.isPending}
          onClick={() => open.mutate({ body: { user_ids: chosen } })}
        >
          {t("open")}
        </Button>
      </Stack>
    </Modal>
  );
}

/** People, found by the server as one types. */
export function PeopleField({
  value,
  onChange,
  most,
}: {
  value: string[];
  onChange: (ids: string[]) => void;
  most: number;
}) {
  const t = useTranslations("chat");
  const client = useChat();
  const me = useChatState((state) => state.me);
  const known = useChatState((state) => state.people);
  const [q, setQ] = useState("");
  const { data } = $api.useQuery("get", "/chat/people", {
    params: { query: { limit: 20, ...(q && { q }) } },
  });
  const found = (data?.items ?? []).filter(({ user_id }) => user_id !== me);
  const ids = [...new Set([...value, ...found.map(({ user_id }) => user_id)])];
  const labels = new Map(
    found.map(({ user_id, display_name, handle }) => [user_id, `${display_name} (@${handle})`]),
  );
  return (
    <MultiSelect
      label={t("people")}
      data={ids.map((id) => ({ value: id, label: labels.get(id) ?? known[id]?.display_name ?? "…" }))}
      value={value}
      maxValues={most}
      searchable
      data-autofocus
      searchValue={q}
      onSearchChange={setQ}
      filter={({ options }) => options}
      nothingFoundMessage={t("nobodyFound")}
      comboboxProps={{ withinPortal: true }}
      onChange={(next) => {
        for (const id of next) client.meet(id);
        onChange(next);
      }}
    />
  );
}
