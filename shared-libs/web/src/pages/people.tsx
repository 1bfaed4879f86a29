"use client";

import { Button, Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslations } from "next-intl";

import { useAllowed } from "../session/context";
import { PageHeader } from "../ui/page-header";
import { Permitted } from "../ui/permitted";
import { useView } from "../ui/use-view";
import { Accounts } from "./people/accounts";
import { Invitations } from "./people/invitations";
import { Invite } from "./people/invite";
import { Roles } from "./people/roles";

const PARTS = { accounts: Accounts, invitations: Invitations, roles: Roles };

/** /people: who has an account, who is invited to one, and what their roles allow. */
export function People() {
  return (
    <Permitted needs="user.account.read">
      <Parts />
    </Permitted>
  );
}

function Parts() {
  const t = useTranslations("people");
  const shell = useTranslations("shell");
  const allowed = useAllowed();
  const [{ part }, setView] = useView({ part: "accounts" });
  const [inviting, { open: invite, close: invited }] = useDisclosure();
  return (
    <>
      <PageHeader title={shell("people")}>
        {allowed("user.invitation.write") && <Button onClick={invite}>{t("invite")}</Button>}
      </PageHeader>
      <Tabs value={part} onChange={(to) => setView({ part: to ?? part })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="accounts">{t("accounts")}</Tabs.Tab>
          <Tabs.Tab value="invitations">{t("invitations")}</Tabs.Tab>
          <Tabs.Tab value="roles">{t("roles")}</Tabs.Tab>
        </Tabs.List>
        {Object.entries(PARTS).map(([name, Part]) => (
          <Tabs.Panel key={name} value={name}>
            <Part />
          </Tabs.Panel>
        ))}
      </Tabs>
      {inviting && <Invite onClose={invited} />}
    </>
  );
}
