import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { probes } from './probe-data.ts';

const MODE = 0o755;

/** The probe's executable for a target, or null for architectures that have none. */
export function probeBytes(target: string): Uint8Array | null {
  const text = Object.hasOwn(probes, target) ? probes[target] : undefined;
  return text === undefined ? null : Buffer.from(text, 'base64');
}

/**
 * Puts the probes of those targets that have one into a directory, made if absent, as executable `probe.<target>`;
 * returns their paths by target. A file that is right already is left alone, because it may be running. Rejects with
 * the file system's error (EROFS, ENOSPC, EACCES). The directory must not be on a noexec mount.
 */
export async function writeProbes(
  dir: string,
  targets: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  await mkdir(dir, { recursive: true, mode: MODE });
  const paths = await Promise.all(
    targets.map(async (target): Promise<[string, string][]> => {
      const bytes = probeBytes(target);
      if (bytes === null) return [];
      const path = join(dir, `probe.${target}`);
      if (!(await isThere(path, bytes))) await replace(path, bytes);
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

/** No fsync: what a power loss leaves is compared and replaced at the next start. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', MODE);
    try {
      await file.writeFile(bytes);
      await file.chmod(MODE);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
