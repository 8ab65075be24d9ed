import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { parseManifest } from '../../core/report/store-manifest.ts';
import { judgePath } from '../files/trust.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { reach } from '../system/reach.ts';
import { identityOf, parseSums } from './hash-cache.ts';

/**
 * The version of an emulator as the books of a store have it, because to ask the program takes a command a tenth of its
 * time. Null where they do not know the file as it is now, or where somebody else decides what they say.
 */
export async function knownVersion(store: string, path: string): Promise<string | null> {
  const reached = await reach(store);
  const judged = reached.ok ? await judgePath(store, 'way') : reached;
  if (!judged.ok || !isLocal(recentMountOf(bytesOf(judged.path)))) return null;
  const read = (name: string): string => readFileSync(join(judged.path, name), 'utf8');
  try {
    const sha256 = parseSums(read('hashes.json')).get(identityOf(statSync(path, { bigint: true })));
    const files = parseManifest(read('manifest.json'))?.files ?? [];
    return files.find((file) => file.sha256 === sha256)?.version ?? null;
  } catch {
    return null; // nothing was stored yet
  }
}
