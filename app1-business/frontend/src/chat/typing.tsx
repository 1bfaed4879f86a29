"use client";

import { Text } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { type Place, placeKey } from "./client/model";
import { useChatState } from "./provider";

const NOBODY = {};

/** Who is writing in a place. Its line is there also while nobody is. */
export function Typing({ place }: { place: Place }) {
  const t = useTranslations("chat");
  const writing = useChatState((state) => state.typing[placeKey(place)] ?? NOBODY) as Record<string, number>;
  const people = useChatState((state) => state.people);
  const [now, setNow] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const names = Object.entries(writing).flatMap(([id, until]) =>
    until > now ? (people[id]?.display_name ?? "…") : [],
  );
  return (
    <Text size="xs" c="dimmed" h={18} role="status" truncate>
      {names.length > 0 && t("typing", { names: names.join(", "), count: names.length })}
    </Text>
  );
}
