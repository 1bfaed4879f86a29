"use client";

import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import { Button, Center, ScrollArea, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

interface Props<Item> {
  queryKey: readonly unknown[];
  read: (cursor: string | undefined) => Promise<Page<Item>>;
  empty: string;
  children: (item: Item) => ReactNode;
}

/** Messages from several channels, page by page. */
export function FoundList<Item>({ queryKey, read, empty, children }: Props<Item>) {
  const t = useTranslations("common");
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) return <ProblemAlert error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending)
    return (
      <Stack p="md" aria-busy>
        <Skeleton h={56} />
        <Skeleton h={56} />
      </Stack>
    );
  return (
    <ScrollArea flex={1}>
      {items.map(children)}
      {items.length === 0 && (
        <Text c="dimmed" ta="center" py="xl">
          {empty}
        </Text>
      )}
      {query.hasNextPage && (
        <Center p="md">
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t("more")}
          </Button>
        </Center>
      )}
    </ScrollArea>
  );
}
