import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import {
  containerDomains,
  containerTypes,
  deniedIn,
  hasCategories,
  interpreterPermissions,
  parseLabel,
  printLabel,
  withoutCategories,
} from '../core/label.ts';
import { runChild } from './child.ts';
import { errnoOf } from './errno.ts';
import type { Libc } from './libc.ts';
import { reach } from './reach.ts';

/** Labels of interpreters on a host with SELinux, where an emulator's own label decides who may be emulated. */
export interface Labelling {
  /** Makes a new, empty file, labelled from its first moment where the policy allows it; throws errno errors of open. */
  create(path: string, mode: number): void;
  /** Corrects the label of a file of ours, and says as `judge` does what is still wrong. */
  settle(path: string): Promise<string | null>;
  /** Why an ordinary container cannot execute the interpreter, as a sentence; null where it can, or nobody tells. */
  judge(path: string): Promise<string | null>;
}

/**
 * The labelling that the setting asks for: `auto`, or one label for all. Null without SELinux, where nothing is to be
 * done. In a container whose runtime hides selinuxfs it is null too: nothing could be asked there.
 */
export function createLabelling(setting: string, libc: Libc | null): Labelling | null {
  if (!existsSync(`${selinux}/enforce`)) return null;
  const domain = firstKnown(
    containerDomains.map((type) => `system_u:system_r:${type}`),
    ':s0:c1,c2',
  );
  const wanted =
    setting === 'auto'
      ? firstKnown(
          containerTypes.map((type) => `system_u:object_r:${type}`),
          ':s0',
        )
      : canonical(setting);

  const denied = (label: string): readonly string[] =>
    domain === null ? [] : (askAccess(domain, label) ?? []);
  const judge = async (path: string): Promise<string | null> => {
    if (setting !== 'auto' && wanted === null)
      return `the policy of this host does not know the label ${setting}`;
    const label = await labelOf(path, libc);
    if (label === null || readText(`${selinux}/enforce`) !== '1') return null;
    const lacking = denied(label);
    return lacking.length === 0
      ? null
      : `${path} is labelled ${label}, and ${domain} may not ${lacking.join(', ')} it`;
  };
  return {
    judge,
    create: (path, mode) => createLabelled(path, mode, wanted),
    settle: async (path) => {
      const label = await labelOf(path, libc);
      const better = label === null ? null : betterLabel(label, setting, wanted, denied(label));
      // A label that is refused stays as it was, and is judged.
      if (better !== null) await relabel(path, better, libc);
      return judge(path);
    },
  };
}

/** Why an ordinary container cannot execute a file that is not ours to label; null where it can, or nobody tells. */
export async function judgeLabel(path: string, libc: Libc | null): Promise<string | null> {
  return createLabelling('auto', libc)?.judge(path) ?? null;
}

const selinux = '/sys/fs/selinux';
const attribute = 'security.selinux';

/** By `auto` a label that serves is left alone, whoever chose it: on some hosts relabelling is refused. */
function betterLabel(
  label: string,
  setting: string,
  wanted: string | null,
  denied: readonly string[],
): string | null {
  if (setting !== 'auto') return wanted === label ? null : wanted;
  const parsed = parseLabel(label);
  if (parsed === null || (denied.length === 0 && !hasCategories(parsed))) return null;
  const better = wanted ?? printLabel(withoutCategories(parsed));
  return better === label ? null : better;
}

/** The first of these that the policy knows; levels belong to policies with MLS only. */
function firstKnown(labels: readonly string[], level: string): string | null {
  const suffix = readText(`${selinux}/mls`) === '1' ? level : '';
  for (const label of labels) {
    const known = canonical(`${label}${suffix}`);
    if (known !== null) return known;
  }
  return null;
}

/**
 * The label under the names that the policy itself uses (an alias is resolved), null where it does not know it. Asked
 * first, because a permissive host takes any string as a label.
 */
function canonical(label: string): string | null {
  return transact('context', label);
}

/** What the domain lacks to run an interpreter with this label, categories included; null where the kernel will not say. */
function askAccess(domain: string, label: string): readonly string[] | null {
  const file = `${selinux}/class/file`;
  const answer = transact('access', `${domain} ${label} ${readText(`${file}/index`)}`);
  const numbers = new Map(
    interpreterPermissions.flatMap((name) => {
      const number = Number(readText(`${file}/perms/${name}`) ?? Number.NaN);
      return number > 0 ? [[name, number] as const] : [];
    }),
  );
  return answer === null ? null : deniedIn(answer, numbers);
}

/** Files of selinuxfs take a question and give the answer on the same descriptor. */
function transact(name: string, question: string): string | null {
  try {
    const fd = openSync(`${selinux}/${name}`, constants.O_RDWR);
    try {
      writeSync(fd, question);
      const answer = Buffer.alloc(4096);
      return answer.toString('latin1', 0, readSync(fd, answer)).replace(/\0.*$/s, '');
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/**
 * The label for new files belongs to the thread, so setting it, creating and clearing it happen in one turn of this
 * thread: what `node:fs/promises` creates is created by another one.
 */
function createLabelled(path: string, mode: number, label: string | null): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const labelled = label !== null && setCreationLabel(label);
  try {
    closeSync(openSync(path, flags, mode));
  } catch (error) {
    if (!labelled || !['EACCES', 'EPERM', 'EOPNOTSUPP'].includes(errnoOf(error))) throw error;
    // The policy may allow files here, but not with this label.
    setCreationLabel('\n');
    closeSync(openSync(path, flags, mode));
  } finally {
    // A line end clears it: writing nothing is no write at all, and the next file would get the label too.
    if (labelled) setCreationLabel('\n');
  }
}

function setCreationLabel(label: string): boolean {
  try {
    const fd = openSync('/proc/thread-self/attr/fscreate', constants.O_WRONLY);
    try {
      writeSync(fd, label);
      return true;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Node cannot read extended attributes. Without FFI a child of coreutils does it, where there are coreutils. */
async function labelOf(path: string, libc: Libc | null): Promise<string | null> {
  if (libc !== null) {
    const reached = await reach(path);
    const label = reached.ok ? libc.attribute(path, attribute)?.replace(/\0$/, '') : null;
    return label && parseLabel(label) !== null ? label : null;
  }
  const { status, stdout } = await runChild('stat', ['-c', '%C', path], { timeoutMs: 5000 });
  const label = stdout.trim();
  return status === 0 && parseLabel(label) !== null ? label : null;
}

async function relabel(path: string, label: string, libc: Libc | null): Promise<void> {
  if (libc !== null) libc.setAttribute(path, attribute, label);
  else await runChild('chcon', ['-h', label, path], { timeoutMs: 5000 });
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}
