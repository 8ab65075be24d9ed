import { textOf } from '../../core/kernel/bytes.ts';
import type { Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Namespaces } from '../../host/system/facet.ts';

/** What it uses of the machine. */
type Host = Namespaces & Places;

/** Whether an `F` line may name a path, and what is to be said of it. */
export type JudgedPlace =
  | { readonly refused: true; readonly problem: Problem }
  | { readonly refused: false; readonly problem: Problem | null };

/**
 * Refuses an `F` line for a file that the user chose, where its path is another file on the host. The kernel would
 * pin the file of this container and show the host's path: people and tools there would judge by a file that never
 * runs, `systemd-binfmt` and adopters would register the same line with another interpreter, and the entry would hold
 * this container's image long after it is gone. Where the host cannot be seen that is said, and the line passes: the
 * file was named here, and nothing speaks against it. The store is another matter, see `noticeStore`.
 */
export async function judgePlace(machine: Host, path: string, subject: string): Promise<JudgedPlace> {
  const place = await machine.placeOf(textOf(path));
  if (place.host === 'elsewhere')
    return { refused: true, problem: { code: 'interpreter-elsewhere', subject, detail: place.why } };
  // In a user namespace of its own nobody else reads the entries.
  if (place.host === 'unseen' && machine.initialUserNamespace())
    return { refused: false, problem: { code: 'partial-view', subject: path, detail: place.why } };
  return { refused: false, problem: null };
}

/**
 * Says that the store is not on the host. It is not refused: its paths carry the content's hash, so nobody takes them
 * for a file of the host or registers them again, and `podman run --privileged IMAGE` could never deploy anything. But
 * the entries hold the container's file system as long as they live.
 */
export async function noticeStore(machine: Host, store: string): Promise<Problem | null> {
  const { here, host, why } = await machine.placeOf(store);
  return here && host === 'elsewhere' ? { code: 'store-elsewhere', subject: store, detail: why } : null;
}
