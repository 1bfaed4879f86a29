"use client";

import { isConflict } from "@fleet/web/api/problem";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Badge, Button, Drawer, Group, Radio, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type SubmitEvent, useState } from "react";

import { $api } from "@/api";

import { PeopleField } from "./channel-dialogs";
import type { Go } from "./chat";
import type { Channel } from "./client/model";
import { useChat, useName } from "./provider";

interface Props {
  channel: Channel;
  name: string;
  opened: boolean;
  onClose: () => void;
  go: Go;
}

const NOTIFY = ["all", "mentions", "nothing"] as const;

/** What a channel is about, what one wants to be told of it, and who is in it. */
export function ChannelDetails({ channel, name, opened, onClose, go }: Props) {
  const common = useTranslations("common");
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={name}
      position="right"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <Stack>
        {channel.my_role === "owner" && channel.kind !== "direct" && <About channel={channel} />}
        {channel.my_role !== null && <Notify channel={channel} />}
        <Members channel={channel} />
        {channel.my_role !== null && channel.kind !== "direct" && (
          <Leave channel={channel} onLeft={() => go({})} />
        )}
      </Stack>
    </Drawer>
  );
}

function About({ channel }: { channel: Channel }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const client = useChat();
  const change = $api.useMutation("patch", "/chat/channels/{channel_id}", {
    onSettled: () => client.refresh(channel.id),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.currentTarget)) as { name: string; topic: string };
    change.mutate({
      params: { path: { channel_id: channel.id }, header: { "if-match": `"${channel.version}"` } },
      body,
    });
  };
  return (
    <form onSubmit={submit} key={channel.version}>
      <Stack gap="xs">
        <TextInput name="name" label={t("name")} defaultValue={channel.name ?? ""} required maxLength={200} />
        <TextInput name="topic" label={t("topic")} defaultValue={channel.topic} maxLength={500} />
        {change.isError &&
          (isConflict(change.error) ? (
            <Text size="sm" c="red" role="alert">
              {t("changedMeanwhile")}
            </Text>
          ) : (
            <ProblemAlert error={change.error} />
          ))}
        <Button type="submit" variant="default" loading={change.isPending}>
          {common("save")}
        </Button>
      </Stack>
    </form>
  );
}

function Notify({ channel }: { channel: Channel }) {
  const t = useTranslations("chat");
  const client = useChat();
  const set = $api.useMutation("put", "/chat/channels/{channel_id}/notify", {
    onSuccess: () => client.refresh(channel.id),
  });
  return (
    <Radio.Group
      label={t("notifyMe")}
      value={channel.my_notify}
      onChange={(notify) =>
        set.mutate({
          params: { path: { channel_id: channel.id } },
          body: { notify },
        })
      }
    >
      <Stack gap={6} mt={6}>
        {NOTIFY.map((each) => (
          <Radio key={each} value={each} label={t(`notify.${each}`)} />
        ))}
      </Stack>
      {set.isError && <ProblemAlert error={set.error} />}
    </Radio.Group>
  );
}

function Members({ channel }: { channel: Channel }) {
  const t = useTranslations("chat");
  const [chosen, setChosen] = useState<string[]>([]);
  const path = { channel_id: channel.id };
  const members = $api.useQuery("get", "/chat/channels/{channel_id}/members", {
    params: { path, query: { limit: 100, total: true } },
  });
  const add = $api.useMutation("post", "/chat/channels/{channel_id}/members", {
    onSuccess: () => setChosen([]),
  });
  const remove = $api.useMutation("delete", "/chat/channels/{channel_id}/members/{user_id}");
  const fixed = channel.kind === "direct";
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {t("members", { count: members.data?.total ?? 0 })}
      </Title>
      {channel.my_role !== null && !fixed && (
        <Group align="end" wrap="nowrap">
          <PeopleField value={chosen} onChange={setChosen} most={1} />
          <Button
            variant="default"
            disabled={chosen.length === 0}
            loading={add.isPending}
            onClick={() =>
              chosen[0] !== undefined && add.mutate({ params: { path }, body: { user_id: chosen[0] } })
            }
          >
            {t("addMember")}
          </Button>
        </Group>
      )}
      {add.isError && <ProblemAlert error={add.error} />}
      {remove.isError && <ProblemAlert error={remove.error} />}
      {members.isPending && <Skeleton h={80} />}
      {members.isError && <ProblemAlert error={members.error} retry={() => void members.refetch()} />}
      {members.data?.items.map(({ user_id, role }) => (
        <Member
          key={user_id}
          userId={user_id}
          owner={role === "owner" && !fixed}
          onRemove={
            channel.my_role === "owner" && !fixed
              ? () => remove.mutate({ params: { path: { ...path, user_id } } })
              : undefined
          }
        />
      ))}
    </Stack>
  );
}

interface MemberProps {
  userId: string;
  owner: boolean;
  onRemove: (() => void) | undefined;
}

function Member({ userId, owner, onRemove }: MemberProps) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const name = useName(userId);
  return (
    <Group justify="space-between" wrap="nowrap">
      <Group gap="xs">
        <Text size="sm">{name}</Text>
        {owner && (
          <Badge size="sm" variant="default">
            {t("owner")}
          </Badge>
        )}
      </Group>
      {onRemove && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          aria-label={t("removeMember", { name })}
          onClick={onRemove}
        >
          {common("remove")}
        </Button>
      )}
    </Group>
  );
}

function Leave({ channel, onLeft }: { channel: Channel; onLeft: () => void }) {
  const t = useTranslations("chat");
  const leave = $api.useMutation("post", "/chat/channels/{channel_id}/leave", { onSuccess: onLeft });
  return (
    <>
      {leave.isError && <ProblemAlert error={leave.error} />}
      <Button
        variant="light"
        color="red"
        loading={leave.isPending}
        onClick={() => leave.mutate({ params: { path: { channel_id: channel.id } } })}
      >
        {t("leave")}
      </Button>
    </>
  );
}
