import { mkdir, readFile } from 'node:fs/promises';
import type { Outcome } from '../core/outcome.ts';
import { writeAtomic } from './atomic-file.ts';
import { inspectInterpreter } from './elf-file.ts';
import { errnoOf, failure } from './errno.ts';
import { bootId, hostArchitecture, initialUserNamespace, kernelRelease } from './identity.ts';
import { findInterpreter, interpreterVersion } from './interpreters.ts';
import { type Libc, loadLibc } from './libc.ts';
import { openInstance } from './linux-instance.ts';
import { watchMounts } from './mount-watch.ts';
import {
  mountAnchor,
  mountMain,
  observeMounts,
  remountWritable,
  triggerAutofs,
  unmountAnchor,
} from './mounts.ts';
import { canary, runsNatively } from './native.ts';
import { runProbe } from './probe.ts';
import { probes } from './probe-data.ts';
import { writeProbes } from './probe-files.ts';
import { reach } from './reach.ts';
import { loadState, saveState } from './state-file.ts';
import { createStore } from './store.ts';

/** Every verb of the machine that may take time, each bounded by itself; the daemon gets them as one argument. */
export type Machine = ReturnType<typeof assemble>;

/** The machine that we run on. FFI is loaded here, once; `ffi` says why there is none. */
export async function createMachine(): Promise<Machine> {
  let ffi: string | null = null;
  const libc = await loadLibc((reason) => {
    ffi = reason;
  });
  return assemble(libc, ffi);
}

function assemble(libc: Libc | null, ffi: string | null) {
  return {
    ffi,
    openInstance: (path: string) => openInstance(path, libc),
    watchMounts: (changed: () => void) => watchMounts(libc, changed),
    observeMounts,
    mountMain,
    mountAnchor,
    remountWritable,
    triggerAutofs,
    unmountAnchor,
    findInterpreter,
    inspectInterpreter,
    interpreterVersion,
    createStore,
    writeProbes,
    /** Targets that have a probe. */
    probeTargets: Object.keys(probes),
    runsNatively,
    canary,
    runProbe,
    reach,
    loadState,
    saveState,
    saveFile,
    readFile: readText,
    isAlive,
    bootId,
    initialUserNamespace,
    kernelRelease,
    hostArchitecture,
  };
}

/** Writes a small file whole or not at all, making its directory first. */
async function saveFile(dir: string, name: string, text: string, mode: number): Promise<Outcome> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o755 });
  } catch (error) {
    return failure(`create ${dir}`, error);
  }
  return writeAtomic(`${dir}/${name}`, text, mode, { fsync: false });
}

/** A small file's text, or null where it cannot be read. */
async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

/** Whether a process of that id exists; one of another user counts. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
