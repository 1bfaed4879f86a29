import { Group, Title } from "@mantine/core";

import type { Go } from "./chat";
import { BackToList } from "./conversation";

export function ViewHeader({ title, go }: { title: string; go: Go }) {
  return (
    <Group px="md" h={52} gap="sm" style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
      <BackToList go={go} />
      <Title order={2} size="h5">
        {title}
      </Title>
    </Group>
  );
}
