import { takenBy } from '../entries/matches.ts';
import type { Entry } from '../kernel/entry.ts';
import type { KnownEmulator, KnownEmulators } from './emulator.ts';

/** A handler of ours, which runs whether or not its entry is the one that serves. */
export interface HandlerFile {
  readonly interpreter: string;
  /** Its first platform, or its key. */
  readonly platform: string;
  readonly flags: string;
}

/**
 * The interpreters that mean emulation: those of our handlers, and of entries that take programs of an architecture. Entries for
 * `.jar`, wine or Python run something too, but each process of such an interpreter is no foreign program.
 */
export function knownEmulators(
  entries: readonly Pick<Entry, 'interpreter' | 'flags' | 'matcher'>[],
  handlers: readonly HandlerFile[],
  store: string,
): KnownEmulators {
  const byPath = new Map<string, KnownEmulator>();
  for (const { interpreter, flags, matcher } of entries) {
    const [only, ...more] = [...takenBy(matcher).keys()].map(({ platform }) => platform);
    if (only === undefined || interpreter === '') continue;
    const before = byPath.get(interpreter);
    const platform = more.length === 0 && (before === undefined || before.platform === only) ? only : null;
    byPath.set(interpreter, {
      platform,
      flags: before === undefined || before.flags === flags ? flags : null,
    });
  }
  for (const { interpreter, platform, flags } of handlers)
    if (interpreter !== '') byPath.set(interpreter, { platform, flags });
  return { byPath, store };
}
