import { join } from 'node:path';
import type { StoredFile } from '../core/store-manifest.ts';
import { storedPath } from '../core/store-manifest.ts';
import { removeLeftovers } from './leftovers.ts';
import type { StoreFinding } from './store-contents.ts';
import { collectGarbage, readManifest, verifyContents } from './store-contents.ts';
import type { Deployed } from './store-deploy.ts';
import { deployFile } from './store-deploy.ts';
import type { StoreFault } from './store-directory.ts';

export type { StoreFinding } from './store-contents.ts';
export type { Deployed } from './store-deploy.ts';
export type { StoreFault } from './store-directory.ts';

/** The directory of deployed interpreters. Operations run one after the other; none throws. */
export interface Store {
  readonly dir: string;
  /** Copies an emulator (a path without symlinks) into the store under `qemu-X`, unless it is there already. */
  deploy(sourcePath: string, name: string): Promise<Deployed | StoreFault>;
  /** What the manifest lists, with where it lies. */
  list(): Promise<readonly (StoredFile & { readonly path: string })[]>;
  /** Reads every file again, past the cache; an empty list means that all is well. */
  verify(): Promise<readonly StoreFinding[]>;
  /** Removes all interpreters but those whose paths are in use, and what interrupted copies left. */
  gc(inUse: ReadonlySet<string>): Promise<{
    readonly removed: readonly string[];
    readonly faults: readonly StoreFault[];
  }>;
}

/** A store in a directory, which is made with the first deployment. */
export function createStore(dir: string): Store {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const turn = last.then(job);
    last = turn.catch(() => {});
    return turn;
  };
  let swept: Promise<void> | null = null;
  return {
    dir,
    deploy: (sourcePath, name) =>
      inTurn(async () => {
        swept ??= removeLeftovers(dir);
        await swept;
        return deployFile(dir, sourcePath, name);
      }),
    list: () =>
      inTurn(async () => {
        const { files } = await readManifest(dir);
        return files.map((file) => ({ ...file, path: join(dir, storedPath(file)) }));
      }),
    verify: () => inTurn(() => verifyContents(dir)),
    gc: (inUse) => inTurn(() => collectGarbage(dir, inUse)),
  };
}
