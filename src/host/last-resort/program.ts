import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../files/atomic-file.ts';
import { prepareRunDirectory } from '../files/run-directory.ts';
import type { Deployed, Store, StoreFault } from '../store/store.ts';
import { programs } from './data.ts';

/**
 * Deploys the program like an emulator, so that place, content and label are judged by the same rules. It travels inside our
 * own bundle, so it is a file in the run directory for as long as it is copied.
 */
export async function deployLastResort(
  store: Store,
  runDirectory: string,
  target: string,
  name: string,
): Promise<Deployed | StoreFault> {
  const text = programs[target];
  if (text === undefined)
    return failed(`there is none for ${target} hosts, but for ${Object.keys(programs).join(' and ')}`);
  const trusted = await prepareRunDirectory(runDirectory);
  if (!trusted.ok) return failed(trusted.message);
  const source = join(runDirectory, name);
  const written = await writeAtomic(source, Buffer.from(text, 'base64'), 0o755, { fsync: false });
  if (!written.ok) return failed(written.message);
  try {
    return await store.deploy(source, name);
  } finally {
    await unlink(source).catch(() => {});
  }
}

function failed(why: string): StoreFault {
  return { ok: false, code: 'store-failed', message: `the last resort: ${why}`, values: {} };
}
