import { join } from 'node:path';
import { inTurn } from '../../core/in-turn.ts';
import type { StoredFile } from '../../core/report/store-manifest.ts';
import { storedPath } from '../../core/report/store-manifest.ts';
import type { StoreContents } from '../../core/store/contents.ts';
import type { StoreFinding } from '../../core/store/findings.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import { createLabelling, judgeLabel } from '../selinux/label.ts';
import { createSelinux } from '../selinux/selinux.ts';
import type { Libc } from '../system/libc.ts';
import { readContents, readManifest, removeStored } from './contents.ts';
import type { Books, Deployed } from './deploy.ts';
import { deployFile } from './deploy.ts';
import { inspectDirectory, prepareDirectory, type StoreFault } from './directory.ts';
import { verifyContents } from './verify.ts';

export type { StoreFinding } from '../../core/store/findings.ts';
export type { Deployed } from './deploy.ts';
export type { StoreFault } from './directory.ts';

/** The directory of deployed interpreters. Operations run one after the other; none throws. */
export interface Store {
  readonly dir: string;
  /** Copies an emulator (a path without symlinks) into the store under `qemu-X`, unless it is there already. */
  deploy(sourcePath: string, name: string): Promise<Deployed | StoreFault>;
  /** What the manifest lists, with where it lies. */
  list(): Promise<readonly (StoredFile & { readonly path: string })[]>;
  /** What lies there, without reading any interpreter. */
  contents(): Promise<StoreContents>;
  /** Reads every file again, past the cache; an empty list means that all is well. */
  verify(): Promise<readonly StoreFinding[]>;
  /** Removes interpreters by their paths; others stay, and what interrupted copies left goes. */
  remove(paths: readonly string[]): Promise<{
    readonly removed: readonly string[];
    readonly faults: readonly StoreFault[];
  }>;
}

/** A store in a directory, which is made with the first deployment. `label` is the setting of that name. */
export function createStore(
  dir: string,
  label = 'auto',
  libc: Libc | null = null,
  selinux = createSelinux(libc),
): Store {
  const labelling = createLabelling(label, selinux, libc);
  const queue = inTurn();
  let swept: Promise<void> | null = null;
  let books: Books = { libc };
  return {
    dir,
    deploy: (sourcePath, name) =>
      queue(async () => {
        const unusable = await prepareDirectory(dir);
        if (unusable !== null) return unusable;
        swept ??= removeLeftovers(dir);
        await swept;
        return deployFile(dir, sourcePath, name, labelling, books);
      }),
    list: () =>
      queue(async () => {
        const { files } = await readManifest(dir);
        return files.map((file) => ({ ...file, path: join(dir, storedPath(file)) }));
      }),
    contents: () => queue(() => readContents(dir)),
    verify: () =>
      queue(() =>
        verifyContents(dir, async (path) => {
          const judged = await judgeLabel(path, selinux, label);
          return judged.verdict === 'may-not' ? judged.detail : null;
        }),
      ),
    remove: (paths) =>
      queue(async () => {
        books = { libc };
        const found = await inspectDirectory(dir);
        if (found === 'absent') return { removed: [], faults: [] };
        return found?.code === 'store-untrusted'
          ? { removed: [], faults: [found] }
          : removeStored(dir, paths, libc);
      }),
  };
}
