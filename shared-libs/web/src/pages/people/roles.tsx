"use client";

import { Badge, Button, Group, Modal, Skeleton, Table, Text } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";

import type { components } from "../../api/business";
import { $user } from "../../api/user";
import { useAllowed } from "../../session/context";
import { ProblemAlert } from "../../ui/problem-alert";
import { PermissionChoice } from "./permission-choice";
import { RoleForm } from "./role-form";
import { useRoleName } from "./use-role-name";

export type Role = components["schemas"]["UserRoleRead"];

/** What each role allows: the built-in ones, which stay, and the organisation's own. */
export function Roles() {
  const t = useTranslations("people");
  const allowed = useAllowed();
  const [edited, setEdited] = useState<{ role?: Role }>();
  const [looked, setLooked] = useState<Role>();
  const { data, error, refetch } = $user.useQuery("get", "/user/roles");
  const mayWrite = allowed("user.role.write");
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed" maw={640}>
          {t("rolesAbout")}
        </Text>
        {mayWrite && <Button onClick={() => setEdited({})}>{t("addRole")}</Button>}
      </Group>
      {error && <ProblemAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={300} />}
      {data && (
        <RoleTable
          roles={data.items}
          onOpen={(role) => {
            if (role.built_in || !mayWrite) setLooked(role);
            else setEdited({ role });
          }}
        />
      )}
      {edited && <RoleForm {...edited} onClose={() => setEdited(undefined)} />}
      {looked && <Look role={looked} onClose={() => setLooked(undefined)} />}
    </>
  );
}

function RoleTable({ roles, onOpen }: { roles: Role[]; onOpen: (role: Role) => void }) {
  const t = useTranslations("people");
  const roleName = useRoleName();
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("roles") } }}
    >
      <Table verticalSpacing="xs" aria-label={t("roles")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("role")}</Table.Th>
            <Table.Th>{t("allows")}</Table.Th>
            <Table.Th>{t("actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {roles.map((role) => (
            <Table.Tr key={role.code}>
              <Table.Td>
                <Group gap="xs">
                  {roleName(role.code)}
                  {role.built_in && <Badge variant="default">{t("builtIn")}</Badge>}
                </Group>
              </Table.Td>
              <Table.Td>{t("permissionCount", { count: role.permissions.length })}</Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t("openRole", { name: roleName(role.code) })}
                  onClick={() => onOpen(role)}
                >
                  {t("open")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Look({ role, onClose }: { role: Role; onClose: () => void }) {
  const common = useTranslations("common");
  const roleName = useRoleName();
  return (
    <Modal
      opened
      onClose={onClose}
      title={roleName(role.code)}
      size="lg"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <PermissionChoice value={role.permissions} />
    </Modal>
  );
}
