"use client";

import type { components } from "@fleet/web/api/business";
import { PageHeader } from "@fleet/web/ui/page-header";
import { ProblemAlert } from "@fleet/web/ui/problem-alert";
import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  Skeleton,
  Text,
  Tree,
  type TreeNodeData,
  useTree,
} from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { $api } from "@/api";
import { nameOf } from "@/employees/types";

type Person = components["schemas"]["HrmsOrgNode"];

const DEEPEST = 20; // levels, the most that the server tells at once

/** Who reports to whom. Arrow keys walk the tree. */
export function OrgChart() {
  const t = useTranslations("organisation");
  const { data, error, isPending, refetch } = $api.useQuery("get", "/hrms/org-chart", {
    params: { query: { depth: DEEPEST } },
  });
  if (isPending) return <Skeleton h={400} />;
  if (error) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (data.items.length === 0) {
    return (
      <>
        <PageHeader title={t("orgChart")} />
        <Text c="dimmed">{t("nobody")}</Text>
      </>
    );
  }
  return <Chart people={data.items} />;
}

function Chart({ people }: { people: Person[] }) {
  const t = useTranslations("organisation");
  const roots = useMemo(() => treeOf(people), [people]);
  const byId = useMemo(() => new Map(people.map((person) => [person.id, person])), [people]);
  const tree = useTree({
    initialExpandedState: Object.fromEntries(people.map(({ id, depth }) => [id, depth === 1])),
  });
  return (
    <>
      <PageHeader title={t("orgChart")}>
        <Button
          variant="default"
          onClick={() => {
            tree.expandAllNodes();
          }}
        >
          {t("unfoldAll")}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            tree.collapseAllNodes();
          }}
        >
          {t("foldAll")}
        </Button>
      </PageHeader>
      <Tree
        data={roots}
        tree={tree}
        aria-label={t("orgChart")}
        renderNode={({ node, expanded, hasChildren, elementProps }) => {
          const person = byId.get(node.value);
          const Icon = expanded ? IconChevronDown : IconChevronRight;
          return (
            <Group gap="xs" py={4} wrap="nowrap" align="start" {...elementProps}>
              <ActionIcon
                component="span"
                variant="transparent"
                color="gray"
                size="sm"
                aria-hidden
                opacity={hasChildren ? 1 : 0}
              >
                <Icon size={16} />
              </ActionIcon>
              <div>
                <Anchor
                  component={Link}
                  href={`/employees/${node.value}`}
                  size="sm"
                  tabIndex={-1}
                  onClick={(event) => {
                    event.stopPropagation();
                  }}
                >
                  {node.label}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {[person?.position, person?.department].filter(Boolean).join(" · ")}
                  {person && person.reports > 0 && ` · ${t("reports", { count: person.reports })}`}
                </Text>
              </div>
            </Group>
          );
        }}
      />
    </>
  );
}

/** Whose manager is not among them stands at the top. */
function treeOf(people: Person[]): TreeNodeData[] {
  const nodes = new Map<string, TreeNodeData>(
    people.map((person) => [person.id, { value: person.id, label: nameOf(person) }]),
  );
  const roots: TreeNodeData[] = [];
  for (const { id, manager_id } of people) {
    const node = nodes.get(id);
    const above = nodes.get(manager_id ?? "");
    if (!node) continue;
    if (above) (above.children ??= []).push(node);
    else roots.push(node);
  }
  return roots;
}
