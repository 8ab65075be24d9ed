import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { parseMountinfo } from '../../core/kernel/mountinfo.ts';

/** Inode numbers of the initial namespaces (uapi linux/nsfs.h, init_ns_ino); that of mounts is fixed since 6.18 only. */
export const initialPid = 'pid:[4026531836]';
const initialMount = 'mnt:[4026531832]';

/**
 * Whether process 1, as /proc shows it here, is the machine's own. In a container it is the container's, or that of
 * another one which shares its process ids (`shareProcessNamespace`): it says nothing of the host. Our own namespace is
 * asked first: without rights over process 1, as in a container with the host's process ids, its links cannot be read.
 */
export function hasHostInit(hostPids = initialPid): boolean {
  return link('self', 'pid') === hostPids || link('1', 'pid') === hostPids;
}

/**
 * Whether what is mounted here stays: the initial mount namespace never ends. The namespace of the machine's process 1
 * counts as that; a container's ends with it.
 */
export function inHostMountNamespace(): boolean {
  const own = link('self', 'mnt');
  if (own === initialMount) return true;
  return own !== null && hasHostInit() && link('1', 'mnt') === own;
}

/**
 * Whether what is mounted here ends with this process and what it has started: in a container, or as a service with
 * mounts of its own. In a namespace that somebody made for a shell it stays as long as that one.
 */
export function mountsEndWithUs(): boolean {
  if (inHostMountNamespace()) return false;
  const own = namespaceOf('self');
  const first = link('self', 'pid') !== initialPid && link('1', 'mnt') === link('self', 'mnt');
  return first || rootDevice('self') !== rootDevice('1') || namespaceOf(String(process.ppid)) !== own;
}

/** Of a process that may not be looked at, null. */
function rootDevice(pid: string): string | null {
  const mounts = parseMountinfo(read(`/proc/${pid}/mountinfo`) ?? '');
  return mounts.findLast((m) => m.mountPoint === '/')?.device ?? null;
}

/** binfmt_misc mounts in mount namespaces other than our own. */
export interface Elsewhere {
  /** `major:minor` of their superblocks. */
  readonly devices: ReadonlySet<string>;
  /** All other namespaces were looked into, so that what is not here is nowhere. */
  readonly complete: boolean;
}

/**
 * Looks into the mount namespaces of all visible processes. In a container with process ids of its own those are few
 * or none; the kernel's own list (NS_MNT_GET_NEXT, Linux 6.12) is no help, as 6.18.44 refuses it there with EPERM.
 */
export function binfmtElsewhere(): Elsewhere {
  const seen = new Set([link('self', 'mnt'), rootMountId('self')]);
  const devices = new Set<string>();
  let complete = hasHostInit();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const namespace = namespaceOf(pid);
    if (namespace === null) complete &&= pid !== '1';
    if (namespace === null || seen.has(namespace)) continue;
    const text = read(`/proc/${pid}/mountinfo`);
    if (text === null) continue;
    seen.add(namespace);
    for (const mount of parseMountinfo(text)) if (mount.type === 'binfmt_misc') devices.add(mount.device);
  }
  return { devices, complete };
}

/**
 * Tables of mounts may be read where links may not (a container without CAP_SYS_PTRACE): the id of a root's mount is
 * that of one namespace.
 */
function namespaceOf(pid: string): string | null {
  return link(pid, 'mnt') ?? rootMountId(pid);
}

/** The first lines are enough: a table may be long, and thousands of processes share it. */
function rootMountId(pid: string): string | null {
  try {
    const fd = openSync(`/proc/${pid}/mountinfo`, 'r');
    try {
      const start = Buffer.alloc(256);
      const id = /^\d+/.exec(start.toString('latin1', 0, readSync(fd, start)))?.[0];
      return id === undefined ? null : `mount ${id}`;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null; // it ended, or its table may not be read either
  }
}

/** When the first process of this container started (Unix ms); null where process ids are the machine's own. */
export function containerStart(): number | null {
  if (link('self', 'pid') === initialPid) return null;
  // Field 22, counted after the name, which may hold anything: ticks of 10 ms since the boot of this time namespace.
  const ticks = Number(read('/proc/1/stat')?.split(') ').at(-1)?.split(' ')[19]);
  const uptime = Number(read('/proc/uptime')?.split(' ')[0]);
  const start = Date.now() - uptime * 1000 + ticks * 10;
  return Number.isFinite(start) ? start : null;
}

function link(pid: string, kind: 'mnt' | 'pid'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return null; // it ended, or may not be looked at
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
