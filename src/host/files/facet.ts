import { readFile, stat } from 'node:fs/promises';
import type { Outcome } from '../../core/outcome.ts';
import type { State } from '../../core/report/state-file.ts';
import type { Libc } from '../system/libc.ts';
import { removeFile, replaceFile } from './any-directory.ts';
import { writeAtomic } from './atomic-file.ts';
import { type BinfmtD, readBinfmtD } from './binfmt-d.ts';
import { readBinfmtSupport } from './binfmt-support.ts';
import { type PublishedFiles, readPublishedFiles } from './published-files.ts';
import { type Ours, type PurgedDirectory, purgeDirectory } from './purge.ts';
import { inspectRunDirectory } from './run-directory.ts';
import { settled } from './settled.ts';
import { type LoadedState, loadState, saveState } from './state-file.ts';
import { inRunDirectory } from './trusted-way.ts';

/** Reads what lies in the run directory. */
export interface RunReads {
  inspectRunDirectory(dir: string): Promise<Outcome>;
  /** A small file's text, or null where it cannot be read. */
  readFile(path: string): Promise<string | null>;
}

/** Writes into the run directory. */
export interface RunWrites {
  /** A small file whole or not at all. */
  saveFile(dir: string, name: string, text: string, mode: number): Promise<Outcome>;
}

/** What is remembered for the time of a boot. */
export interface StateFile {
  loadState(dir: string, bootId: string): Promise<LoadedState>;
  saveState(dir: string, state: State): Promise<Outcome>;
}

/** Files anywhere. */
export interface Files {
  replaceFile(path: string, text: string, mode: number): Promise<Outcome>;
  removeFile(path: string): Promise<Outcome>;
}

/** Removes for good. */
export interface Purges {
  purgeDirectory(dir: string, ours: Ours): Promise<PurgedDirectory>;
}

/** A file that others write. */
export interface Watched {
  /** Resolves when it is not written to any more. */
  settled(path: string): Promise<void>;
  /** Whether it was made or changed after a moment (Unix time in milliseconds). */
  changedSince(path: string, moment: number): Promise<boolean>;
}

/** What others declare, and what we declare to them. */
export interface Declarations {
  readBinfmtD(): Promise<BinfmtD>;
  /** Names of entries that update-binfmts registers. */
  readBinfmtSupport(): Promise<readonly string[]>;
  readPublishedFiles(): Promise<PublishedFiles>;
}

/** All of this room. */
export function fileFacets(
  libc: Libc | null,
): RunReads & RunWrites & StateFile & Files & Purges & Watched & Declarations {
  return {
    inspectRunDirectory,
    saveFile: (dir, name, text, mode) =>
      inRunDirectory(dir, () => writeAtomic(`${dir}/${name}`, text, mode, { fsync: false })),
    loadState: loadTrusted,
    saveState,
    readFile: (path) => readFile(path, 'utf8').catch(() => null),
    replaceFile,
    removeFile,
    purgeDirectory,
    settled: (path) => settled(path, libc),
    changedSince,
    readBinfmtD: () => readBinfmtD(),
    readBinfmtSupport: () => readBinfmtSupport(),
    readPublishedFiles: () => readPublishedFiles(),
  };
}

/** What others could have written is nothing that we remember. */
async function loadTrusted(dir: string, bootId: string): Promise<LoadedState> {
  const trusted = await inspectRunDirectory(dir);
  return trusted.ok ? loadState(dir, bootId) : { state: null, setAside: null };
}

/** ctime is kept in steps of 4 ms. */
async function changedSince(path: string, moment: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.ctimeMs >= moment - 4;
}
