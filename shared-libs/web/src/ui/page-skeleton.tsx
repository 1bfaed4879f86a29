import { Skeleton, Stack } from "@mantine/core";

/** The place of a page while it loads. */
export function PageSkeleton() {
  return (
    <Stack aria-busy>
      <Skeleton h={34} w={240} />
      <Skeleton h={240} />
    </Stack>
  );
}
