import { type FSWatcher, watch } from 'node:fs';
import type { Children } from '../../host/system/facet.ts';

/** Directories that are searched for emulators. */
export interface SourceWatch {
  /** Watches these directories as well; one that does not answer or is not there is tried again with the next call. */
  use(directories: readonly string[]): void;
  close(): void;
}

/** A package manager unpacks, renames and removes for a while. */
const quietMs = 2000;

/**
 * Tells when an emulator appears in a directory of sources, so that "install qemu-user-static" is a remedy and not
 * half of one. Not by chokidar: it would look at every program in /usr/bin to watch for one.
 */
export function watchSources(machine: Children, changed: () => void): SourceWatch {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  const told = (name: string | null): void => {
    if (closed || (name !== null && !/qemu-|-binfmt-P/.test(name))) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      changed();
    }, quietMs);
  };

  const begin = async (directory: string): Promise<void> => {
    const reached = await machine.reach(directory, 2000);
    if (!reached.ok || closed || watchers.has(directory)) return;
    try {
      const watcher = watch(directory, (_, name) => told(name));
      watcher.on('error', () => {
        watchers.delete(directory);
        watcher.close();
      });
      watchers.set(directory, watcher);
    } catch {
      // not there, or the limits of inotify: SIGHUP and the next configuration look again
    }
  };

  return {
    use(directories) {
      for (const directory of directories) if (!watchers.has(directory)) void begin(directory);
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}
