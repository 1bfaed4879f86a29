"use client";

import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";

import {
  AppShell,
  Box,
  Burger,
  Button,
  Group,
  Kbd,
  MantineThemeProvider,
  NavLink,
  ScrollArea,
  Text,
  VisuallyHidden,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Notifications } from "@mantine/notifications";
import { Spotlight, spotlight } from "@mantine/spotlight";
import {
  IconAdjustments,
  IconHistory,
  IconHome,
  IconLanguage,
  IconLogout,
  IconPalette,
  IconSearch,
  IconUser,
  IconUsersGroup,
  type TablerIcon,
} from "@tabler/icons-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useOffline } from "next/offline";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { QueryProvider } from "../api/query-provider";
import { LOCALES } from "../i18n/locale";
import { SessionProvider } from "../session/context";
import { signOut } from "../session/sign-out";
import type { SignedIn } from "../session/signed-in";
import { AccountMenu } from "./account-menu";
import { NotificationBell, type Places } from "./notification-bell";
import css from "./shell.module.css";
import { StepUp } from "./step-up";
import { THEMES, usePreferences } from "./use-preferences";

export interface NavEntry {
  href: string;
  label: string;
  icon: TablerIcon;
  /** The permission without which there is nothing to see there. */
  needs?: string;
}

interface Props {
  product: string;
  session: SignedIn;
  /** The application's own pages. */
  nav: NavEntry[];
  /** Where its notifications lead. */
  notices?: Places;
  children: ReactNode;
}

/** What surrounds every page of who is signed in. */
export function Shell({ product, session, nav, notices = {}, children }: Props) {
  const t = useTranslations("shell");
  const [opened, { toggle, close }] = useDisclosure();
  const administration: NavEntry[] = [
    { href: "/people", label: t("people"), icon: IconUsersGroup, needs: "user.account.read" },
    { href: "/organisation", label: t("organisation"), icon: IconAdjustments, needs: "user.tenant.write" },
    { href: "/audit", label: t("audit"), icon: IconHistory, needs: "user.audit.read" },
  ];
  const allowed = ({ needs }: NavEntry) => needs === undefined || session.user.permissions.includes(needs);
  const own = [{ href: "/", label: t("dashboard"), icon: IconHome }, ...nav].filter(allowed);
  const managing = administration.filter(allowed);

  return (
    <SessionProvider value={session}>
      <QueryProvider>
        <ClosingNamed>
          <Notifications position="top-right" />
          <StepUp />
          <Palette
            entries={[...own, { href: "/account", label: t("account"), icon: IconUser }, ...managing]}
          />
          <AppShell
            header={{ height: 56 }}
            navbar={{ width: 240, breakpoint: "sm", collapsed: { mobile: !opened } }}
            padding="md"
          >
            <Button component="a" href="#content" className={css.skip ?? ""} variant="filled">
              {t("skip")}
            </Button>
            <AppShell.Header>
              <Group h="100%" px="md" justify="space-between" wrap="nowrap">
                <Group gap="sm" wrap="nowrap" miw={0}>
                  <Burger
                    opened={opened}
                    onClick={toggle}
                    hiddenFrom="sm"
                    size="sm"
                    aria-label={t("menu")}
                    aria-expanded={opened}
                  />
                  <Text fw={700} truncate title={session.tenant.name}>
                    {session.tenant.name}
                  </Text>
                  <Text c="dimmed" size="sm" visibleFrom="md" truncate>
                    {product}
                  </Text>
                </Group>
                <Group gap="xs" wrap="nowrap">
                  <PaletteButton />
                  <NotificationBell places={notices} />
                  <AccountMenu />
                </Group>
              </Group>
            </AppShell.Header>
            <AppShell.Navbar p="xs" aria-label={t("menu")}>
              <AppShell.Section grow component={ScrollArea}>
                <NavLinks entries={own} onFollow={close} />
              </AppShell.Section>
              {managing.length > 0 && (
                <AppShell.Section>
                  <Text size="xs" c="dimmed" px="sm" py={4}>
                    {t("administration")}
                  </Text>
                  <NavLinks entries={managing} onFollow={close} />
                </AppShell.Section>
              )}
            </AppShell.Navbar>
            <AppShell.Main id="content" tabIndex={-1}>
              <Connection />
              {children}
            </AppShell.Main>
          </AppShell>
        </ClosingNamed>
      </QueryProvider>
    </SessionProvider>
  );
}

/** The crosses of dialogs and notifications have a name for who does not see them. */
function ClosingNamed({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  const components = { CloseButton: { defaultProps: { "aria-label": t("close") } } };
  return (
    <MantineThemeProvider theme={{ components }} inherit>
      {children}
    </MantineThemeProvider>
  );
}

function NavLinks({ entries, onFollow }: { entries: NavEntry[]; onFollow: () => void }) {
  const path = usePathname();
  return entries.map(({ href, label, icon: Icon }) => {
    const here = href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
    return (
      <NavLink
        key={href}
        component={Link}
        href={href}
        label={label}
        leftSection={<Icon size={18} aria-hidden />}
        active={here}
        aria-current={here ? "page" : undefined}
        onClick={onFollow}
      />
    );
  });
}

function PaletteButton() {
  const t = useTranslations("shell");
  return (
    <Button
      variant="default"
      size="xs"
      onClick={spotlight.open}
      leftSection={<IconSearch size={16} aria-hidden />}
    >
      <Box component="span" visibleFrom="sm">
        {t("palette")} <Kbd size="xs">Ctrl K</Kbd>
      </Box>
      <VisuallyHidden hiddenFrom="sm">{t("palette")}</VisuallyHidden>
    </Button>
  );
}

/** All pages, and what the account's menu can do. */
function Palette({ entries }: { entries: NavEntry[] }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const { speak, setTheme } = usePreferences();
  const act = (label: string, Icon: TablerIcon, onClick: () => void) => ({
    id: label,
    label,
    leftSection: <Icon size={18} aria-hidden />,
    onClick,
  });
  return (
    <Spotlight
      shortcut="mod + K"
      nothingFound={t("paletteEmpty")}
      searchProps={{ placeholder: t("paletteHint"), "aria-label": t("paletteHint") }}
      attributes={{ content: { "aria-label": t("palette") } }}
      scrollable
      actions={[
        ...entries.map(({ href, label, icon }) => act(label, icon, () => router.push(href))),
        ...LOCALES.map((each) =>
          act(`${t("language")}: ${t(`languages.${each}`)}`, IconLanguage, () => speak(each)),
        ),
        ...THEMES.map((each) =>
          act(`${t("theme")}: ${t(`themes.${each}`)}`, IconPalette, () => setTheme(each)),
        ),
        act(t("signOut"), IconLogout, () => void signOut()),
      ]}
    />
  );
}

/** Said while the browser has no connection. */
function Connection() {
  const t = useTranslations("shell");
  return (
    <div role="status">
      {useOffline() && (
        <Text size="sm" p="xs" mb="md" bd="1px solid orange" bdrs="md">
          {t("offline")}
        </Text>
      )}
    </div>
  );
}
