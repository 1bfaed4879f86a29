import { useTranslations } from "next-intl";

import { $user } from "../../api/user";

type Key = Parameters<ReturnType<typeof useTranslations<"people.roleNames">>>[0];

/** Names a role by its code: a built-in one in the reader's language, one of the organisation's as it calls it. */
export function useRoleName(): (code: string) => string {
  const t = useTranslations("people.roleNames");
  const { data } = $user.useQuery("get", "/user/roles");
  return (code) =>
    t.has(code as Key) ? t(code as Key) : (data?.items.find((role) => role.code === code)?.name ?? code);
}
