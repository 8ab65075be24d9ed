import type { FoundFile } from './contents.ts';

/** An entry that names a file of the store. */
export interface NamingEntry {
  readonly name: string;
  /** The interpreter's path, as text. */
  readonly interpreter: string;
  readonly flags: string;
  /** What was pinned when the keeper registered it; null where that is not known. */
  readonly recorded: { readonly dev: number; readonly ino: number } | null;
}

/** A process that runs a program of that file. */
export interface RunningProcess {
  readonly pid: number;
  readonly dev: number;
  readonly ino: number;
}

/**
 * What an entry has of the file: it pins this inode (`F`), or another one that lay there before, or it does pin one and nobody
 * knows which, or it looks the path up at each exec.
 */
type Pin = 'this' | 'another' | 'unknown' | 'path';

/** Why a file of the store is kept. */
export type Use =
  | { readonly kind: 'entry'; readonly name: string; readonly pin: Pin }
  | { readonly kind: 'process'; readonly pid: number }
  /** The keeper registered it on this boot, and registers it again where the entry is lost. */
  | { readonly kind: 'remembered' }
  /** A file of binfmt.d names it: systemd registers it at the next boot. */
  | { readonly kind: 'declared' }
  /** It was deployed or chosen a moment ago, and may be registered the next. */
  | { readonly kind: 'recent' };

/** Who may be using a store. */
export interface Users {
  readonly entries: readonly NamingEntry[];
  readonly processes: readonly RunningProcess[];
  readonly remembered: ReadonlySet<string>;
  readonly declarations: readonly string[];
  readonly nowMs: number;
  /** What entries call the store, where that is not its path here. */
  readonly storeName: string;
}

/** All that keeps one file; nothing means that it may go. */
export function usesOf(file: FoundFile, users: Users): readonly Use[] {
  const named = `${users.storeName}/${file.hash}/${file.name}`;
  const names = [file.path, named];
  return [
    ...users.entries
      .filter(({ interpreter }) => names.includes(interpreter))
      .map((entry): Use => ({ kind: 'entry', name: entry.name, pin: pinOf(entry, file) })),
    ...users.processes
      .filter(({ dev, ino }) => dev === file.dev && ino === file.ino)
      .map(({ pid }): Use => ({ kind: 'process', pid })),
    ...(names.some((path) => users.remembered.has(path)) ? [{ kind: 'remembered' } as const] : []),
    ...(names.some((path) => users.declarations.some((text) => text.includes(path)))
      ? [{ kind: 'declared' } as const]
      : []),
    ...(users.nowMs - file.touchedMs < recentMs ? [{ kind: 'recent' } as const] : []),
  ];
}

/** Preparing all platforms takes two minutes at most, and then they are registered at once. */
const recentMs = 180_000;

function pinOf({ flags, recorded }: NamingEntry, { dev, ino }: FoundFile): Pin {
  if (!flags.includes('F')) return 'path';
  if (recorded === null) return 'unknown';
  return recorded.dev === dev && recorded.ino === ino ? 'this' : 'another';
}
