import { readFileSync } from 'node:fs';
import { runChild } from './child.ts';
import { initialUserNamespace } from './identity.ts';
import { couldNotTry } from './shortage.ts';

/** How programs are started that are not to have our rights. */
export interface Confinement {
  /** User and group that they run as, nobody else's; null where they keep ours. */
  readonly id: number | null;
  /** The words before the program. */
  readonly prefix: readonly string[];
  /** They remain the host's root, without capabilities at best. */
  readonly privileged: boolean;
  /** No program could be started to find out; asked again, it may be. */
  readonly untried?: true;
  /** What they keep that they do not need, as a sentence; null where that is nothing. */
  readonly lacks: { readonly why: string; readonly curable: boolean } | null;
}

/**
 * Free on every system that follows systemd's and Debian's lists of ids (60578 to 61183 belong to nobody): `nobody` has
 * processes and files already.
 */
const ownId = 60876;

/**
 * The most that can be taken away here: user, groups and with them all capabilities, and the way back (no_new_privs).
 * Tried once by starting a program in that way; what failed is tried again by the next call.
 */
export async function confinement(maySee: boolean): Promise<Confinement> {
  trial ??= attempt(maySee);
  const found = await trial;
  if (found === null) trial = null;
  return found ?? bare;
}

/** Whether this process has the rights of the host's administrator, which no ordinary container has. */
export function isPrivileged(): boolean {
  return initialUserNamespace() && holds(readRights().capabilities, CAP_SYS_ADMIN);
}

/** Whether it may mount and register in the user namespace that it is in. */
export function mayAdminister(): boolean {
  return holds(readRights().capabilities, CAP_SYS_ADMIN);
}

let trial: Promise<Confinement | null> | null = null;

/** Where not even that could be tried, the program that follows will not start either. */
const bare: Confinement = {
  id: null,
  prefix: [],
  privileged: true,
  untried: true,
  lacks: { why: 'no program could be started to try it', curable: false },
};

async function attempt(maySee: boolean): Promise<Confinement | null> {
  for (const way of waysFor(readRights(), maySee, initialUserNamespace())) {
    const [command = 'true', ...args] = [...way.prefix, 'true'];
    const result = await runChild(command, args, { timeoutMs: 5000, id: way.id });
    if (result.status === 0) return way;
    // Nothing less is settled for because of a moment without room.
    if (couldNotTry(result)) return null;
  }
  return null;
}

/** What this process may do, as far as it matters for giving it up. */
interface Rights {
  readonly capabilities: bigint;
  readonly noNewPrivileges: boolean;
  /** Of root, or of one who has a capability: anybody else has nothing that a foreign program could take. */
  readonly powerful: boolean;
  /** Whether `ownId` exists here as user and as group, and groups may be set. */
  readonly hasOwnId: boolean;
}

/** The ways to give up rights, the best one first. */
function waysFor(rights: Rights, maySee: boolean, initial: boolean): readonly Confinement[] {
  const { capabilities, noNewPrivileges, hasOwnId } = rights;
  const has = (capability: bigint): boolean => holds(capabilities, capability);
  const mayChange = hasOwnId && has(CAP_SETUID) && has(CAP_SETGID) && (maySee || has(CAP_SYS_PTRACE));
  const tool = 'setpriv(1) of util-linux is missing';
  const sealed = noNewPrivileges ? [] : ['setpriv', '--no-new-privs'];
  const changed = { id: ownId, privileged: false };
  const kept = { id: null, privileged: initial && rights.powerful };
  const same = `probes run as our own user, since ${missing(rights)}`;
  const empty = [
    ...sealed,
    ...(sealed.length === 0 ? ['setpriv'] : []),
    '--inh-caps=-all',
    '--bounding-set=-all',
  ];
  return [
    ...(mayChange
      ? [
          { ...changed, prefix: sealed, lacks: null },
          {
            ...changed,
            prefix: [],
            lacks: { why: `probes may gain rights by setuid programs, since ${tool}`, curable: true },
          },
        ]
      : []),
    { ...kept, prefix: capabilities === 0n ? sealed : empty, lacks: { why: same, curable: false } },
    {
      ...kept,
      prefix: sealed,
      lacks: { why: `${same}, and keep its capabilities, since ${tool}`, curable: true },
    },
    {
      ...kept,
      prefix: [],
      lacks: { why: `${same}, and keep its capabilities, since ${tool}`, curable: true },
    },
  ];
}

function missing({ capabilities, hasOwnId }: Rights): string {
  if (!hasOwnId) return 'no other id is mapped here';
  const both = holds(capabilities, CAP_SETUID) && holds(capabilities, CAP_SETGID);
  return both ? 'CAP_SYS_PTRACE is missing' : 'CAP_SETUID and CAP_SETGID are missing';
}

function holds(capabilities: bigint, one: bigint): boolean {
  return ((capabilities >> one) & 1n) === 1n;
}

const CAP_SETGID = 6n;
const CAP_SETUID = 7n;
const CAP_SYS_PTRACE = 19n;
const CAP_SYS_ADMIN = 21n;

function readRights(): Rights {
  const status = readFileSync('/proc/self/status', 'latin1');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '0';
  const maps = ['uid_map', 'gid_map'].map((name) => readFileSync(`/proc/self/${name}`, 'latin1'));
  const groups = readFileSync('/proc/self/setgroups', 'latin1').trim() === 'allow';
  const capabilities = BigInt(`0x${field('CapEff')}`) | BigInt(`0x${field('CapPrm')}`);
  const uids = /^Uid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? ['0'];
  return {
    capabilities: BigInt(`0x${field('CapEff')}`),
    noNewPrivileges: field('NoNewPrivs') === '1',
    powerful: capabilities !== 0n || uids.includes('0'),
    hasOwnId: groups && maps.every(mapsOwnId),
  };
}

function mapsOwnId(map: string): boolean {
  return map.split('\n').some((line) => {
    const [inside = '', , count = ''] = line.trim().split(/\s+/);
    return inside !== '' && ownId >= Number(inside) && ownId < Number(inside) + Number(count);
  });
}
