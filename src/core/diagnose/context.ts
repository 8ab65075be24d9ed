import { textOf } from '../kernel/bytes.ts';
import { architectureOf, catalogue } from '../platforms/catalogue.ts';
import type { Cause } from './causes.ts';
import type { Explanation } from './explanation.ts';
import { platformOf } from './platform.ts';
import type { Where } from './where.ts';

/** Adds what the surroundings of a file say: other entries, the instance, the name. */
export function withContext(one: Explanation, where: Where): Explanation {
  const more = [shadowed(one, where), hiddenHost(one, where), neutralName(one, where)];
  return { ...one, remarks: [...one.remarks, ...more.filter((cause) => cause !== null)] };
}

/** The entry in front does not serve, and one behind it might. */
function shadowed(one: Explanation, { main }: Where): Cause | null {
  const behind = one.others.find(({ why }) => why === 'behind');
  const { entry, verdict } = one;
  if (
    behind === undefined ||
    entry === null ||
    verdict.kind !== 'fails' ||
    !entryFault.test(verdict.cause.code)
  )
    return null;
  const detail = `the entry ${textOf(entry.name)} stands in front of ${textOf(behind.name)}, which would run it by ${textOf(behind.interpreter)}`;
  const values = { NAME: entry.name, MAIN: main ?? '' };
  return { code: 'entry-hidden', subject: behind.name, detail, values };
}

const entryFault = /^(entry-interpreter-|emulation-fails$|too-many-levels$)/;

/** Entries of the host do not count in a user namespace that has an instance of its own. */
function hiddenHost(one: Explanation, { isPrivate }: Where): Cause | null {
  const { verdict, platform } = one;
  if (!isPrivate || verdict.kind !== 'fails' || !['no-entry', 'host-bits'].includes(verdict.cause.code))
    return null;
  const detail =
    'this is a user namespace with an instance of its own: what is registered on the host does not count here';
  return { code: 'host-entries-hidden', subject: one.file, detail, values: { PLATFORM: platform ?? '' } };
}

/** A release whose files for all machines have one name, such as k3s, or an installer that drops the suffix. */
function neutralName(one: Explanation, { host, root }: Where): Cause | null {
  const { what, platform, file } = one;
  if (file === '-' || what?.kind !== 'elf' || what.target === null || platform === null) return null;
  if (platform === host || root !== '/') return null;
  if (what.form === 'relocatable' || what.form === 'core' || what.form === 'other') return null;
  const words = wordsOf(file);
  if (namesOf(what.target).some((name) => words.has(name))) return null;
  const own = catalogue.find((row) => platformOf(row) === host);
  const says = own === undefined ? [] : namesOf(own.target).filter((name) => words.has(name));
  const detail =
    says.length === 0
      ? `its name says nothing of ${platform}`
      : `its name says ${says[0]}, and it is for ${platform}`;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const arch = host.replace(/^linux\//, '').replaceAll('/', '');
  const values = { NAME: name, PLATFORM: platform, HOST: host, ARCH: arch };
  return { code: 'neutral-name', subject: file, detail, values };
}

/** Parts of a path, in small letters, and pairs such as x86_64 and x86-64. */
function wordsOf(path: string): ReadonlySet<string> {
  const parts = path.toLowerCase().split(/[^a-z0-9]+/);
  const pairs = parts.slice(1).map((part, at) => `${parts[at]}_${part}`);
  return new Set([...parts, ...pairs, ...pairs.map((pair) => pair.replace('_', '-'))]);
}

/** What people call a target, as far as it tells it from others. */
function namesOf(target: string): readonly string[] {
  const row = architectureOf(target);
  if (row === undefined) return [target];
  const short = row.platforms.map((platform) => platform.slice('linux/'.length).replaceAll('/', ''));
  return [row.target, ...row.aliases, ...short];
}
