import { Anchor, Blockquote, Code, List, Mark, Text } from "@mantine/core";
import { Fragment, type ReactNode } from "react";

/**
 * Markdown as people write it in chat: emphasis, code, links, lists, quotes, mentions.
 *
 * It becomes elements, never HTML: whatever a message says, it can only be read.
 */
export function Markdown({ text, handle }: { text: string; handle: string | undefined }) {
  return blocks(text).map((block, index) => <Block key={index} block={block} handle={handle} />);
}

interface BlockOf {
  kind: "code" | "quote" | "bullets" | "numbers" | "text";
  lines: string[];
}

function Block({ block: { kind, lines }, handle }: { block: BlockOf; handle: string | undefined }) {
  if (kind === "code") return <Code block>{lines.join("\n")}</Code>;
  if (kind === "quote")
    return (
      <Blockquote p="xs" my={4} fz="sm">
        <Lines lines={lines} handle={handle} />
      </Blockquote>
    );
  if (kind === "text")
    return (
      <Text component="div" size="sm" style={{ overflowWrap: "anywhere" }}>
        <Lines lines={lines} handle={handle} />
      </Text>
    );
  return (
    <List type={kind === "numbers" ? "ordered" : "unordered"} size="sm" withPadding>
      {lines.map((line, index) => (
        <List.Item key={index}>{inline(line, handle)}</List.Item>
      ))}
    </List>
  );
}

function Lines({ lines, handle }: { lines: string[]; handle: string | undefined }) {
  return lines.map((line, index) => (
    <Fragment key={index}>
      {index > 0 && <br />}
      {inline(line, handle)}
    </Fragment>
  ));
}

const STARTS: [BlockOf["kind"], RegExp][] = [
  ["quote", /^> ?/],
  ["bullets", /^[-*] +/],
  ["numbers", /^\d{1,9}[.)] +/],
];

function blocks(text: string): BlockOf[] {
  const found: BlockOf[] = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    if (/^```/.test(line)) {
      fenced = !fenced;
      if (fenced) found.push({ kind: "code", lines: [] });
      else found.push({ kind: "text", lines: [] });
      continue;
    }
    const last = found.at(-1);
    if (fenced) {
      last?.lines.push(line);
      continue;
    }
    const [kind, start] = STARTS.find(([, pattern]) => pattern.test(line)) ?? ["text" as const, /^/];
    const rest = line.replace(start, "");
    if (last?.kind === kind) last.lines.push(rest);
    else found.push({ kind, lines: [rest] });
  }
  return found.filter(({ kind, lines }) => kind === "code" || lines.some((line) => line.trim() !== ""));
}

const INLINE =
  /`([^`\n]+)`|\*\*(.+?)\*\*|~~(.+?)~~|(?<![\w*])\*([^*\s][^*]*)\*|(?<!\w)_([^_\s][^_]*)_(?!\w)|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)'"])|(?<![\w@.])@([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)/gi;

function inline(text: string, handle: string | undefined): ReactNode[] {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, code, strong, struck, star, under, label, href, bare, mention] = match;
    if (match.index > from) parts.push(text.slice(from, match.index));
    from = match.index + all.length;
    const key = match.index;
    const emphasised = star ?? under;
    if (code !== undefined) parts.push(<Code key={key}>{code}</Code>);
    else if (strong !== undefined) parts.push(<strong key={key}>{inline(strong, handle)}</strong>);
    else if (struck !== undefined) parts.push(<s key={key}>{inline(struck, handle)}</s>);
    else if (emphasised !== undefined) parts.push(<em key={key}>{inline(emphasised, handle)}</em>);
    else if (mention !== undefined) parts.push(<Mention key={key} name={mention} handle={handle} />);
    else
      parts.push(
        <Anchor
          key={key}
          href={href ?? bare}
          target="_blank"
          rel="noopener noreferrer nofollow"
          inherit
          underline="always"
        >
          {label ?? bare}
        </Anchor>,
      );
  }
  parts.push(text.slice(from));
  return parts;
}

const EVERYBODY = new Set(["all", "channel", "here"]);

function Mention({ name, handle }: { name: string; handle: string | undefined }) {
  const mine = name.toLowerCase() === handle || EVERYBODY.has(name.toLowerCase());
  return mine ? (
    <Mark color="yellow">@{name}</Mark>
  ) : (
    <Text component="span" inherit fw={600}>
      @{name}
    </Text>
  );
}
