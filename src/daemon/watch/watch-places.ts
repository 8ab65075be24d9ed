import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Children } from '../../host/system/facet.ts';
import { isOwnTemporary } from './watch-files.ts';

/** Watches directories and those above them for changes of mode, owner and content. */
interface PlaceWatch {
  /** Watches the way to these paths, and nothing else. */
  use(paths: readonly string[]): Promise<void>;
  close(): void;
}

/**
 * Tells of changes in the directories that lead to some paths. chokidar says nothing of a directory whose mode changes;
 * this watches few of them, and only as long as something is wrong there.
 */
export function watchPlaces(machine: Children, changed: () => void): PlaceWatch {
  const watchers = new Map<string, FSWatcher>();
  let wanted: ReadonlySet<string> = new Set();

  const end = (directory: string): void => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };

  const begin = async (directory: string): Promise<void> => {
    const reached = await machine.reach(directory, 2000);
    if (!reached.ok || !wanted.has(directory) || watchers.has(directory)) return;
    try {
      const watcher = watch(directory, { persistent: false }, (_, name) => {
        if (name === null || !isOwnTemporary(`${directory}/${name}`)) changed();
      });
      watcher.on('error', () => end(directory));
      watchers.set(directory, watcher);
    } catch {
      // not there, not a directory, or the limits of inotify: the timer looks again
    }
  };

  return {
    async use(paths) {
      wanted = new Set(paths.flatMap(wayTo));
      for (const directory of watchers.keys()) if (!wanted.has(directory)) end(directory);
      await Promise.all([...wanted].filter((one) => !watchers.has(one)).map(begin));
    },
    close() {
      wanted = new Set();
      for (const directory of watchers.keys()) end(directory);
    },
  };
}

/** A path and the directories above it, without the root, where something always stirs. */
function wayTo(path: string): readonly string[] {
  const way: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) way.push(at);
  return way;
}
