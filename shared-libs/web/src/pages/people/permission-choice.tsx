"use client";

import { Checkbox, Fieldset, Skeleton, Stack } from "@mantine/core";
import { useTranslations } from "next-intl";

import type { components } from "../../api/business";
import { $user } from "../../api/user";
import { ProblemAlert } from "../../ui/problem-alert";

type Permission = components["schemas"]["UserPermissionRead"];
type Key = Parameters<ReturnType<typeof useTranslations<"people.permissions">>>[0];
type Service = Parameters<ReturnType<typeof useTranslations<"people.services">>>[0];

interface Props {
  /** Codes of those that are given. */
  value: string[];
  /** Left out, they are only shown. */
  onChange?: (codes: string[]) => void;
}

/** All that there is to allow, by service. Nobody gives or takes what they may not do themselves. */
export function PermissionChoice({ value, onChange }: Props) {
  const t = useTranslations("people.permissions");
  const service = useTranslations("people.services");
  const { data, error, refetch } = $user.useQuery("get", "/user/permissions");
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton h={300} />;

  const groups = Map.groupBy(data, ({ code }) => code.slice(0, code.indexOf(".")));
  return (
    <Checkbox.Group value={value} {...(onChange ? { onChange } : { readOnly: true })}>
      <Stack>
        {[...groups].map(([name, permissions]) => (
          <Fieldset key={name} legend={service.has(name as Service) ? service(name as Service) : name}>
            <Stack gap="xs">
              {permissions.map(({ code, label, allowed }: Permission) => (
                <Checkbox
                  key={code}
                  value={code}
                  label={t.has(code as Key) ? t(code as Key) : label}
                  disabled={!onChange || !allowed}
                />
              ))}
            </Stack>
          </Fieldset>
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
