import { ApiError } from "@fleet/web/api/problem";
import { useVersionedSave } from "@fleet/web/ui/use-versioned-save";

interface Wish<Data, Values> {
  /** What the user has seen. */
  seen: Data;
  read: () => Promise<Data>;
  send: (values: Values) => Promise<unknown>;
  onSaved: () => void;
  onError: (error: unknown) => void;
  onTakeTheirs: () => void;
}

/**
 * useVersionedSave for what has no version.
 *
 * What is there is read and compared just before: whoever saves in the same moment is overwritten
 * all the same, and the audit log has what was there.
 */
export function useUnversionedSave<Data, Values>({ seen, read, send, ...then }: Wish<Data, Values>) {
  const state = async () => ({ etag: JSON.stringify(await read()) });
  return useVersionedSave<Values>({
    etag: JSON.stringify(seen),
    read: state,
    send: async (values, etag) => {
      if ((await state()).etag !== etag) {
        throw new ApiError({ status: 412, code: "version_conflict", title: "Precondition Failed" });
      }
      await send(values);
    },
    ...then,
  });
}
