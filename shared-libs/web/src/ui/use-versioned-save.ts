import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { isConflict } from "../api/problem";

export interface VersionedWish<Values> {
  /** The version that the user has seen; what it is later on, while they edit, does not count. */
  etag: string;
  /** Read what is there now. */
  read: () => Promise<{ etag: string }>;
  send: (values: Values, etag: string) => Promise<unknown>;
  onSaved: () => void;
  onError?: (error: unknown) => void;
  /** Drop one's changes; what is shown is read again anyhow. */
  onTakeTheirs: () => void;
}

/** The ETag of what a list holds. */
export function etagOf({ version }: { version: number }): string {
  return `"${version}"`;
}

/** Save what has a version; where somebody else was faster, `conflict` is what ConflictDialog wants. */
export function useVersionedSave<Values>(wish: VersionedWish<Values>) {
  const { etag, read, send, onSaved, onError, onTakeTheirs } = wish;
  const queries = useQueryClient();
  const [seen] = useState(etag);
  const [mine, setMine] = useState<{ values: Values }>();
  const save = useMutation({
    mutationFn: async ({ values, over }: { values: Values; over: boolean }) =>
      send(values, over ? (await read()).etag : seen),
    onSuccess: onSaved,
    onError: (error, { values }) => {
      if (isConflict(error)) setMine({ values });
      else onError?.(error);
    },
  });
  return {
    busy: save.isPending,
    /** Why it was refused, where it was not for another's being faster. */
    error: isConflict(save.error) ? null : save.error,
    save: (values: Values) => {
      save.mutate({ values, over: false });
    },
    conflict: {
      opened: mine !== undefined,
      onTakeTheirs: () => {
        setMine(undefined);
        void queries.invalidateQueries();
        onTakeTheirs();
      },
      onKeepMine: () => {
        if (mine) save.mutate({ ...mine, over: true });
        setMine(undefined);
      },
    },
  };
}
