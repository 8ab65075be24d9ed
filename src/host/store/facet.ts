import type { Selinux } from '../selinux/selinux.ts';
import type { Libc } from '../system/libc.ts';
import { foreseeDirectory, type StoreFault } from './directory.ts';
import { inspectInterpreter } from './elf-file.ts';
import { type FoundInterpreter, findInterpreter, interpreterVersion } from './interpreters.ts';
import { readThrough } from './read-through.ts';
import { storedPrograms } from './running.ts';
import { createStore, type Store } from './store.ts';
import { interpretersInUse } from './use.ts';

/** Emulators: those of the host, and those that are deployed. */
export interface Stores {
  findInterpreter(
    architecture: { readonly interpreter: string },
    sources: readonly string[],
  ): Promise<FoundInterpreter>;
  readonly inspectInterpreter: typeof inspectInterpreter;
  interpreterVersion(path: string): Promise<string | null>;
  createStore(dir: string, label?: string): Store;
  readonly readThrough: typeof readThrough;
  readonly storedPrograms: typeof storedPrograms;
  /** What deploying so many bytes there would meet; nothing is made. */
  foreseeStore(dir: string, bytes: number): Promise<StoreFault | null>;
  interpretersInUse(dir: string, bootId: string, registered: readonly string[]): Promise<ReadonlySet<string>>;
}

/** All of this room. */
export function storeFacet(libc: Libc | null, selinux: Selinux): Stores {
  return {
    findInterpreter,
    inspectInterpreter,
    interpreterVersion,
    createStore: (dir, label) => createStore(dir, label, libc, selinux),
    readThrough,
    storedPrograms,
    foreseeStore: foreseeDirectory,
    interpretersInUse,
  };
}
