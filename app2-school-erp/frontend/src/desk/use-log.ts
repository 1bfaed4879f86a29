import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { Loan } from "@/library";

import { type Act, type Done, perform, takeBack } from "./acts";

/** One scan, and what came of it. */
export type LogEntry = Act & {
  id: number;
  at: Date;
  state: "working" | "done" | "undone" | "refused";
  done?: Done;
  error?: unknown;
};

const KEY = ["desk", "log"];
let scans = 0;

/**
 * What was done at this desk, the newest first.
 *
 * Kept beside what was read from the fleet: it outlives a look at another page, and not the session.
 */
export function useLog() {
  const client = useQueryClient();
  const { data: log } = useQuery<LogEntry[]>({
    queryKey: KEY,
    queryFn: () => [],
    initialData: [],
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const { mutateAsync: act } = useMutation({ mutationFn: perform });
  const { mutateAsync: undo } = useMutation({ mutationFn: takeBack });

  const put = (entry: LogEntry) => {
    client.setQueryData<LogEntry[]>(KEY, (entries = []) =>
      entries.some(({ id }) => id === entry.id)
        ? entries.map((each) => (each.id === entry.id ? entry : each))
        : [entry, ...entries],
    );
  };
  const follow = async (entry: LogEntry, outcome: Promise<Pick<LogEntry, "state" | "done">>) => {
    put({ ...entry, state: "working" });
    try {
      put({ ...entry, error: undefined, ...(await outcome) });
    } catch (error) {
      put({ ...entry, state: entry.state === "done" ? "done" : "refused", error });
    }
  };

  return {
    log,
    scan: (wish: Act) => {
      const entry: LogEntry = { ...wish, id: ++scans, at: new Date(), state: "working" };
      return follow(
        entry,
        act(wish).then((done) => ({ state: "done", done })),
      );
    },
    /** Try what was refused again, against the rules. */
    override: (entry: LogEntry, why: string) =>
      follow(
        entry,
        act({ ...entry, override: why }).then((done) => ({ state: "done", done })),
      ),
    /** Only an issue can be undone: a copy that came back may lie ready for somebody else by now. */
    undo: (entry: LogEntry, loan: Loan) =>
      follow(
        entry,
        undo(loan).then(({ hold }) => ({ state: "undone", done: { loan, hold: hold ?? null } })),
      ),
  };
}
