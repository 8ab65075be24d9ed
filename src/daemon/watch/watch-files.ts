/** Ordinary files and directories whose change means "prepare again". */
export interface FileWatch {
  add(paths: readonly string[]): void;
  close(): Promise<void>;
}

const pause = 300;

/**
 * Watches the configuration, the interpreters' sources and the store. chokidar does what it is good at here: files
 * that are replaced by rename, vanish and come back. Changes within 300 ms are one, so that a package upgrade is not
 * met half way.
 */
export async function watchFiles(paths: readonly string[], changed: () => void): Promise<FileWatch> {
  const { watch } = await import('chokidar');
  let timer: NodeJS.Timeout | null = null;
  const watcher = watch([...new Set(paths)], { ignoreInitial: true, depth: 2, ignored: isOwnTemporary });
  watcher.on('all', () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      changed();
    }, pause);
  });
  watcher.on('error', () => {}); // limits of inotify: the resync timer is what remains, and the instance's watch says so
  return {
    add: (more) => void watcher.add([...new Set(more)]),
    async close() {
      if (timer !== null) clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** Whether a path is a file which the keeper itself writes in the store: that must not wake it. */
export function isOwnTemporary(path: string): boolean {
  return /\/(\.[^/]+\.tmp|manifest\.json|hashes\.json|used\.json)$/.test(path);
}
