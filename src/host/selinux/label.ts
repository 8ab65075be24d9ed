import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { type Access, judgeAccess, mayAsk } from '../../core/kernel/container-access.ts';
import {
  containerTypes,
  hasCategories,
  parseLabel,
  printLabel,
  withoutCategories,
} from '../../core/kernel/label.ts';
import { runChild } from '../system/child.ts';
import { errnoOf } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { type Known, labelAttribute, type Selinux } from './selinux.ts';

/** Labels of interpreters on a host with SELinux, where an emulator's own label decides who may be emulated. */
export interface Labelling {
  /** Makes a new, empty file, labelled from its first moment where the policy allows it; throws errno errors of open. */
  create(path: string, mode: number): void;
  /** Corrects the label of a file of ours; one that the policy refuses to change stays as it was. */
  settle(path: string): Promise<void>;
}

/** The labelling that the setting asks for: `auto`, or one label for all. Null without SELinux. */
export function createLabelling(setting: string, selinux: Selinux, libc: Libc | null): Labelling | null {
  if (!selinux.present) return null;
  const wanted = wantedLabel(setting, selinux);
  return {
    create: (path, mode) => createLabelled(path, mode, wanted),
    settle: async (path) => {
      const label = await selinux.labelOf(path);
      const better = label === null ? null : betterLabel(label, setting, wanted, selinux);
      if (better !== null) await relabel(path, better, libc);
    },
  };
}

/** Whether an ordinary container may execute a file, as far as labels decide; `setting` is the label it should have. */
export async function judgeLabel(path: string, selinux: Selinux, setting = 'auto'): Promise<Access> {
  if (setting !== 'auto' && selinux.present && selinux.canonical(setting).kind === 'unknown')
    return { verdict: 'may-not', detail: `the policy of this host does not know the label ${setting}` };
  const enforcing = selinux.present ? selinux.enforcing() : null;
  const asks = selinux.present && enforcing !== false;
  const file = asks ? await selinux.labelOf(path) : null;
  const asked = file === null ? ({ kind: 'nobody-tells' } as const) : selinux.ask(file);
  return judgeAccess({ path, selinux: selinux.present, enforcing, own: selinux.own, file, asked });
}

/** The first type that the policy knows, or what was configured; null where nobody can say that there is such a label. */
function wantedLabel(setting: string, selinux: Selinux): string | null {
  if (setting !== 'auto') return usable(selinux.canonical(setting), setting);
  const suffix = selinux.hasLevels ? ':s0' : '';
  for (const type of containerTypes) {
    const known = selinux.canonical(`system_u:object_r:${type}${suffix}`);
    if (known.kind === 'known') return known.label;
  }
  return null;
}

/** Asked first, because a permissive host takes any string as a label. */
function usable(known: Known, given: string): string | null {
  if (known.kind === 'known') return known.label;
  return known.kind === 'nobody-tells' ? given : null;
}

/** By `auto` a label that serves is left alone, whoever chose it: on some hosts relabelling is refused. */
function betterLabel(label: string, setting: string, wanted: string | null, selinux: Selinux): string | null {
  if (setting !== 'auto') return wanted === label ? null : wanted;
  const parsed = parseLabel(label);
  // Who may not even ask may not relabel: each try would be one more line in the audit log.
  if (parsed === null || !mayAsk(selinux.own)) return null;
  const asked = selinux.ask(label);
  const denied = asked.kind === 'answered' && asked.lacking.length > 0;
  if (!denied && !hasCategories(parsed)) return null;
  const better = wanted ?? printLabel(withoutCategories(parsed));
  return better === label ? null : better;
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

async function relabel(path: string, label: string, libc: Libc | null): Promise<void> {
  if (libc !== null) libc.setAttribute(path, labelAttribute, label);
  else await runChild('chcon', ['-h', label, path], { timeoutMs: 5000 });
}
