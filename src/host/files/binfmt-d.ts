import { readdir, readFile, stat } from 'node:fs/promises';
import { type BinfmtFile, binfmtDirectories } from '../../core/plan/binfmt-d.ts';
import { supportDirectory, supportStore, supportTool } from '../../core/plan/binfmt-support.ts';
import { errnoOf } from '../system/errno.ts';
import { reach } from '../system/reach.ts';
import { judgePath, untrusted } from './trust.ts';

/** What the directories hold, one list for each, and what could not be read. */
export interface BinfmtD {
  /** The directories themselves, whether they exist or not. */
  readonly paths: readonly string[];
  readonly directories: readonly (readonly BinfmtFile[])[];
  /** Formats of binfmt-support, where its tool is there to register them. */
  readonly support: readonly BinfmtFile[];
  /** What that tool noted of what it registered. */
  readonly stored: readonly BinfmtFile[];
  readonly faults: readonly BinfmtDFault[];
}

/** What cannot be used. */
export interface BinfmtDFault {
  readonly path: string;
  readonly why: string;
  /** Nobody could read it now: what it said before may hold still. */
  readonly unread: boolean;
}

/** More than all formats of the world; a file beyond it is not read. */
const mostBytes = 256 * 1024;

/** Reads the directories of systemd and binfmt-support below a root, for tests `BINFMT_KEEPER_BINFMT_D_ROOT`; what cannot be read is named. */
export async function readBinfmtD(root = process.env.BINFMT_KEEPER_BINFMT_D_ROOT ?? ''): Promise<BinfmtD> {
  const paths = binfmtDirectories.map((path) => `${root}${path}`);
  const faults: BinfmtDFault[] = [];
  const directories: BinfmtFile[][] = [];
  for (const path of paths) directories.push(await readDirectory(path, isConf, faults));
  const hasTool = await isThere(`${root}${supportTool}`);
  const formats = `${root}${supportDirectory}`;
  const support = hasTool ? await readDirectory(formats, isFormat, faults) : [];
  // It says whose entries are; nothing is kept by it, so what cannot be read is no fault.
  const stored = await readDirectory(`${root}${supportStore}`, isFormat, []);
  return { paths: hasTool ? [...paths, formats] : paths, directories, support, stored, faults };
}

function isConf(name: string): boolean {
  return name.endsWith('.conf');
}

/** Every file is one, but for what dpkg and editors leave behind. */
function isFormat(name: string): boolean {
  return !/^\.|~$|\.(dpkg|ucf)-\w+$/.test(name);
}

async function isThere(path: string): Promise<boolean> {
  const reached = await reach(path, 2000);
  if (!reached.ok) return false;
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readDirectory(
  path: string,
  isWanted: (name: string) => boolean,
  faults: BinfmtDFault[],
): Promise<BinfmtFile[]> {
  const reached = await reach(path, 2000);
  if (!reached.ok) {
    faults.push({ path, why: reached.message, unread: true });
    return [];
  }
  let names: Buffer[];
  try {
    names = await readdir(path, { encoding: 'buffer' });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT')
      faults.push({ path, why: `cannot be read (${errnoOf(error)})`, unread: true });
    return [];
  }
  const files: BinfmtFile[] = [];
  for (const name of names.filter((one) => isWanted(one.toString('latin1')))) {
    const file = Buffer.concat([Buffer.from(`${path}/`), name]);
    const text = await readConf(file);
    const shown = file.toString('latin1');
    if (text.ok) files.push({ path: shown, text: text.text });
    else if (text.why !== null) faults.push({ path: shown, why: text.why, unread: text.unread });
  }
  return files;
}

type Conf =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: string | null; readonly unread: boolean };

/** A symlink that leads nowhere counts as no file at all (systemd's conf-files.c), one to a device as an empty one. */
async function readConf(file: Buffer): Promise<Conf> {
  const reached = await reach(file.toString('utf8'), 2000);
  if (!reached.ok) return { ok: false, why: reached.message, unread: true };
  try {
    const found = await stat(file);
    if (found.isCharacterDevice() || found.isBlockDevice()) return { ok: true, text: '' };
    if (!found.isFile()) return { ok: false, why: 'is not a regular file', unread: false };
    if (found.size > mostBytes) return { ok: false, why: `is larger than ${mostBytes} bytes`, unread: false };
    const judged = await judgePath(file);
    if (!judged.ok && judged.code === untrusted)
      return { ok: false, why: `cannot be trusted: ${judged.message}`, unread: false };
    return { ok: true, text: await readFile(file, 'latin1') };
  } catch (error) {
    const code = errnoOf(error);
    return { ok: false, why: code === 'ENOENT' ? null : `cannot be read (${code})`, unread: true };
  }
}
