import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errnoOf } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { noexecMount } from '../system/noexec.ts';
import { namelessScript } from './nameless-script.ts';
import { runProbeAsIs } from './probe.ts';

/** A place in which files can be made and executed; nothing of them outlives whoever made them. */
export interface ExecutablePlace {
  /** A directory, or `memory`. */
  readonly name: string;
  /** Makes a file there, open for reading, without a name; the caller closes it. */
  make(bytes: Uint8Array): Promise<number>;
}

/**
 * Finds the first place that allows execution, tried with a program of this very machine: read-only roots and noexec
 * mounts are common in containers, and what cannot be executed there says nothing of an emulator. Else, why not each.
 */
export async function findExecutablePlace(
  native: Uint8Array,
  directories: readonly string[],
  libc: Libc | null,
  timeoutMs: number,
): Promise<
  | { readonly ok: true; readonly place: ExecutablePlace }
  | { readonly ok: false; readonly why: readonly string[] }
> {
  const why: string[] = [];
  for (const place of [...directories.map(directory), memory(libc)]) {
    const fault = await tryOut(place, native, timeoutMs);
    if (fault === null) return { ok: true, place };
    why.push(`${place.name}: ${fault}`);
  }
  return { ok: false, why };
}

/** The usual directories for temporary files, what the environment names first. */
export function usualPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const own = env.TMPDIR?.startsWith('/') ? [env.TMPDIR] : [];
  return [...new Set([...own, '/tmp', '/dev/shm'])];
}

function directory(path: string): ExecutablePlace {
  return {
    name: path,
    async make(bytes) {
      const file = await namelessScript(path, bytes);
      try {
        // A descriptor of our own: the handle would close its own with the next collection of garbage.
        return openSync(`/proc/self/fd/${file.fd}`, constants.O_RDONLY);
      } finally {
        await file.close();
      }
    },
  };
}

function memory(libc: Libc | null): ExecutablePlace {
  return {
    name: 'memory',
    async make(bytes) {
      if (libc === null) throw new Error('there is no FFI');
      const made = libc.memoryFile('probe');
      if (!made.ok) throw new Error(made.message);
      try {
        writeSync(made.fd, bytes);
        return openSync(`/proc/self/fd/${made.fd}`, constants.O_RDONLY);
      } finally {
        closeSync(made.fd);
      }
    },
  };
}

/** Why nothing can be executed there; null where it can. */
async function tryOut(place: ExecutablePlace, native: Uint8Array, timeoutMs: number): Promise<string | null> {
  let fd: number | null = null;
  try {
    fd = await place.make(native);
    const file = '/proc/self/fd/3';
    const { verdict, detail } = await runProbeAsIs({
      ...{ file, fd, seesArgv0: false, expected: null, sure: true, timeoutMs },
    });
    if (verdict === 'verified' || verdict === 'untrusted') return null;
    const mount = verdict === 'permission' ? noexecMount(place.name) : null;
    return mount === null ? detail : `${mount} is mounted noexec`;
  } catch (error) {
    return error instanceof Error ? error.message : errnoOf(error);
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
