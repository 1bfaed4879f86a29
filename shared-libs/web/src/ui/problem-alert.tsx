"use client";

import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslations } from "next-intl";

import { useProblemText } from "./use-problem-text";
import { ApiError } from "../api/problem";

/** Says why something did not work, and offers to try again. */
export function ProblemAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useTranslations("common");
  const text = useProblemText();
  const id = error instanceof ApiError ? error.problem.request_id : undefined;
  return (
    <Alert color="red" variant="outline" role="alert" title={t("failedTitle")}>
      <Text size="sm">{text(error)}</Text>
      <Group mt="xs" justify="space-between">
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t("tryAgain")}
          </Button>
        )}
        {id !== undefined && (
          <Text size="xs" c="dimmed">
            {t("requestId", { id })}
          </Text>
        )}
      </Group>
    </Alert>
  );
}
