import { readdirSync, readFileSync, statSync } from 'node:fs';
import { namespacesOf } from '../system/identity.ts';

/** A sandbox by the process that it was made for. */
export interface Sandbox {
  readonly pid: number;
  /** Clock ticks since the boot, which tell this process from a later one of the same id. */
  readonly startedAt: number;
  /** `namespacesOf` it. */
  readonly namespaces: string;
}

/**
 * The running sandboxes of this user, the newest first, found in the list of processes: no file says so that somebody
 * could write, or that could be left. Others cannot pass for one: both processes have all ids of ours, the one outside
 * lies in our own namespaces and is started with --sandbox, the one inside is its child and runs the same program file,
 * so it is no process of a container, not even of root's or of one that this user has started.
 */
export function findSandboxes(): readonly Sandbox[] {
  const own = namespacesOf('self');
  const uid = process.geteuid?.() ?? 0;
  const found = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (look(name, own, uid) ?? []) : [],
  );
  const newest = new Map(found.toSorted((a, b) => b.startedAt - a.startedAt).map((s) => [s.namespaces, s]));
  return [...newest.values()];
}

/** The sandbox of one process; null where it is none of ours. */
export function sandboxOf(pid: number): Sandbox | null {
  return look(String(pid), namespacesOf('self'), process.geteuid?.() ?? 0);
}

function look(pid: string, own: string, uid: number): Sandbox | null {
  try {
    if (statSync(`/proc/${pid}`).uid !== uid) return null;
    const namespaces = namespacesOf(Number(pid));
    const theirs = new Set(namespaces.split(' '));
    if (own.split(' ').some((namespace) => theirs.has(namespace))) return null;
    const said = words(pid, 'environ');
    if (!said.includes('BINFMT_KEEPER_SANDBOX=1') || !said.includes(`BINFMT_KEEPER_NEW_SANDBOX=${own}`))
      return null;
    const { parent, startedAt } = statOf(pid);
    if (!hasOnlyId(pid, uid) || !hasOnlyId(parent, uid) || namespacesOf(Number(parent)) !== own) return null;
    if (programOf(pid) !== programOf(parent) || !words(parent, 'cmdline').join(' ').includes('--sandbox'))
      return null;
    return { pid: Number(pid), startedAt, namespaces };
  } catch {
    return null; // it ended, or is not ours to look at
  }
}

/** Fields 4 and 22, counted after the name, which may hold anything. */
function statOf(pid: string): { readonly parent: string; readonly startedAt: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return { parent: fields[1] ?? '', startedAt: Number(fields[19]) };
}

/** Real, effective, saved and file system id; a set-user-ID program has another real one. */
function hasOnlyId(pid: string, uid: number): boolean {
  const ids = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]?.split(/\s+/) ?? [];
  return ids.length === 4 && ids.every((id) => Number(id) === uid);
}

/** The file that a process executes, whatever its path is called in its mount namespace. */
function programOf(pid: string): string {
  const { dev, ino } = statSync(`/proc/${pid}/exe`, { bigint: true });
  return `${dev}:${ino}`;
}

function words(pid: string, file: 'environ' | 'cmdline'): readonly string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
}
