import { watch } from 'node:fs';

/** How changes of the instance reach us. */
export interface InstanceWatch {
  /** null where inotify serves; otherwise why it does not, and a comparison every second stands in for it. */
  readonly degraded: string | null;
  close(): void;
}

/**
 * Calls `changed` on every event of the instance's root. Events prove nothing: they merge, get lost and never name a
 * new entry, so each one only means "look again"; a name that comes with one says where to look first. Without
 * inotify (EMFILE: instances, ENOSPC: watches) a timer does it.
 */
export function watchInstance(path: string, changed: (name?: string) => void, pollMs = 1000): InstanceWatch {
  try {
    const watcher = watch(path, { persistent: true, encoding: 'latin1' }, (_, name) =>
      changed(name ?? undefined),
    );
    watcher.on('error', () => changed());
    return { degraded: null, close: () => watcher.close() };
  } catch (error) {
    const timer = setInterval(() => changed(), pollMs);
    return {
      degraded: error instanceof Error ? error.message : String(error),
      close: () => clearInterval(timer),
    };
  }
}
