import type { BigIntStats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeAtomic } from '../files/atomic-file.ts';

/** Remembers SHA-256 sums of files that have not changed, so that a warm start reads none of the large ones. */
export interface HashCache {
  get(found: BigIntStats): string | null;
  set(found: BigIntStats, sha256: string): void;
  /** Writes what was added. A failure is no fault: the sums are computed again. */
  save(): Promise<void>;
}

/** Opens the cache in a file; a missing or damaged file is an empty cache. */
export async function openHashCache(path: string): Promise<HashCache> {
  const sums = await load(path);
  let changed = false;
  return {
    get: (found) => sums.get(identityOf(found)) ?? null,
    set(found, sha256) {
      if (sums.get(identityOf(found)) === sha256) return;
      sums.set(identityOf(found), sha256);
      changed = true;
    },
    async save() {
      if (!changed) return;
      changed = false;
      const newest = [...sums].slice(-keptSums);
      const text = JSON.stringify({ schema: 1, sums: Object.fromEntries(newest) }, null, 1);
      await writeAtomic(path, `${text}\n`, 0o644, { fsync: false });
    },
  };
}

/** Several versions of every architecture, sources and copies. */
const keptSums = 512;

/** A file as it is now, as a key: whatever changes its content moves its ctime, which no program can set. */
export function identityOf(found: BigIntStats): string {
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
}

async function load(path: string): Promise<Map<string, string>> {
  return parseSums(await readFile(path, 'utf8').catch(() => ''));
}

/** The sums in a file by the identities of what they are of; none where it is damaged or of another schema. */
export function parseSums(text: string): Map<string, string> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('schema' in value) || value.schema !== 1)
      return new Map();
    if (!('sums' in value) || typeof value.sums !== 'object' || value.sums === null) return new Map();
    return new Map(Object.entries(value.sums).filter(([, sum]) => /^[0-9a-f]{64}$/.test(String(sum))));
  } catch {
    return new Map();
  }
}
