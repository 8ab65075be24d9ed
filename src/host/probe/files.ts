import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { writeAtomic } from '../files/atomic-file.ts';
import { makeDirectories } from '../files/directories.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { noexecMount } from '../system/noexec.ts';
import { probes } from './data.ts';

const MODE = 0o755;

/** Targets that have a probe. */
export const provable: readonly string[] = Object.keys(probes);

/** The probe's executable for a target, or null for architectures that have none. */
export function probeBytes(target: string): Uint8Array | null {
  const text = Object.hasOwn(probes, target) ? probes[target] : undefined;
  return text === undefined ? null : Buffer.from(text, 'base64');
}

/**
 * Puts the probes of those targets that have one into a directory, made if absent, as executable `probe.<target>`;
 * returns their paths by target. A file that is right already is left alone, because it may be running. Rejects with
 * the file system's error (EROFS, ENOSPC, EACCES), and with EACCES where the directory lies on a noexec mount or where
 * others could exchange what we are about to execute.
 */
export async function writeProbes(
  dir: string,
  targets: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  await prepare(dir);
  await removeLeftovers(dir);
  const paths = await Promise.all(
    targets.map(async (target): Promise<[string, string][]> => {
      const bytes = probeBytes(target);
      if (bytes === null) return [];
      const path = join(dir, `probe.${target}`);
      // No fsync: what a power loss leaves is compared and replaced at the next start.
      if (!(await isThere(path, bytes))) orThrow(await writeAtomic(path, bytes, MODE, { fsync: false }));
      return [[target, path]];
    }),
  );
  return new Map(paths.flat());
}

async function isThere(path: string, bytes: Uint8Array): Promise<boolean> {
  // A link is replaced, not followed, and a FIFO does not make us wait.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => null);
  if (file === null) return false;
  try {
    const stat = await file.stat();
    if (!stat.isFile() || (stat.mode & 0o7777) !== MODE || stat.size !== bytes.length) return false;
    return (await file.readFile()).equals(bytes);
  } finally {
    await file.close();
  }
}

async function prepare(dir: string): Promise<void> {
  let judged = await judgePath(dir, 'way');
  if (!judged.ok && judged.code === 'ENOENT') {
    await makeDirectories(dir);
    judged = await judgePath(dir, 'way');
  }
  if (!judged.ok) {
    const unfit = judged.code === untrusted;
    return orThrow({ ...judged, ...(unfit ? { code: 'EACCES', message: unfitFor(judged.message) } : {}) });
  }
  const point = noexecMount(judged.path);
  if (point !== null) orThrow({ ok: false, code: 'EACCES', message: unfitFor(`${point} is mounted noexec`) });
}

function unfitFor(why: string): string {
  return `no place for probes: ${why}`;
}

function orThrow(written: Outcome): void {
  if (!written.ok) throw Object.assign(new Error(written.message), { code: written.code });
}
