import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { StoredFile } from '../../core/report/store-manifest.ts';
import { storedPath } from '../../core/report/store-manifest.ts';
import type { FoundFile } from '../../core/store/contents.ts';
import {
  fileFindings,
  manifestFindings,
  missingFindings,
  type Reading,
  type StoreFinding,
  strangeFindings,
} from '../../core/store/findings.ts';
import { distrustFile } from '../files/trust.ts';
import { errnoOf } from '../system/errno.ts';
import { readContents } from './contents.ts';
import { hashOf } from './hashed-copy.ts';

/** What hinders ordinary containers from executing a file, by its label; null where nothing does. */
type LabelFault = (path: string) => Promise<string | null>;

/** Reads every file again, past the cache, and says of everything in the store what is wrong with it. */
export async function verifyContents(
  dir: string,
  labelFault: LabelFault = async () => null,
): Promise<readonly StoreFinding[]> {
  const contents = await readContents(dir);
  const listed = new Map(contents.listed.map((file) => [`${dir}/${storedPath(file)}`, file]));
  const findings = [...manifestFindings(contents), ...missingFindings(contents)];
  for (const file of contents.found)
    findings.push(...(await examine(file, listed.get(file.path), labelFault)));
  return [...findings, ...strangeFindings(contents)];
}

async function examine(
  file: FoundFile,
  listed: StoredFile | undefined,
  labelFault: LabelFault,
): Promise<readonly StoreFinding[]> {
  const owner = distrustFile(file.path, { uid: file.uid, mode: 0 });
  if (!file.regular) return fileFindings(file, listed, { reading: unread, owner: null, label: null });
  const reading = await readAgain(file.path);
  return fileFindings(file, listed, { reading, owner, label: await labelFault(file.path) });
}

const unread: Reading = { kind: 'failed', why: 'not read' };

async function readAgain(path: string): Promise<Reading> {
  try {
    // O_NONBLOCK: it may be a FIFO by now.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) return { kind: 'failed', why: 'it was exchanged while it was looked at' };
      return { kind: 'read', sha256: await hashOf(handle), size: found.size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { kind: 'failed', why: `it cannot be read: ${errnoOf(error)}` };
  }
}
