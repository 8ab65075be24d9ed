import { type FSWatcher, watch } from 'node:fs';

/** How changes of the instance reach us. */
export interface InstanceWatch {
  close(): void;
}

/**
 * Calls `changed` on every event of the instance's root. Events prove nothing: they merge, get lost and never name a
 * new entry, so each one only means "look again"; a name that comes with one says where to look first. Without
 * inotify (EMFILE: instances, ENOSPC: watches) a timer does it, which tries inotify again each time: `degraded` hears why it
 * does not serve, and null once it does.
 */
export function watchInstance(
  path: string,
  changed: (name?: string) => void,
  degraded: (why: string | null) => void,
  pollMs = 1000,
): InstanceWatch {
  const begin = (): FSWatcher | string => {
    try {
      const begun = watch(path, { persistent: true, encoding: 'latin1' }, (_, name) =>
        changed(name ?? undefined),
      );
      return begun.on('error', () => changed());
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  let watcher = begin();
  if (typeof watcher !== 'string') return { close: watcher.close.bind(watcher) };
  degraded(watcher);
  const timer = setInterval(() => {
    watcher = begin();
    if (typeof watcher !== 'string') {
      clearInterval(timer);
      degraded(null);
    }
    changed();
  }, pollMs);
  return {
    close() {
      clearInterval(timer);
      if (typeof watcher !== 'string') watcher.close();
    },
  };
}
