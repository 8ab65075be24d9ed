import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { release, version } from 'node:os';
import type { HostSigns, StoreSigns } from '../../core/doctor/facts/facts.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Mount } from '../../core/kernel/mountinfo.ts';
import { mountOf, parseMountinfo } from '../../core/kernel/mountinfo.ts';
import { hasHostInit, inHostMountNamespace } from '../mounts/namespaces.ts';
import { readHead } from '../programs/head.ts';
import { runChild } from '../system/child.ts';
import { initialUserNamespace } from '../system/identity.ts';
import { isLocal } from '../system/local.ts';
import { readMounts } from '../system/mount-table.ts';
import { isPrivileged } from '../system/rights.ts';
import { readDenials } from './denials.ts';

/** Where to look, and at what. Paths of interpreters are byte strings. */
export interface Looked {
  readonly main: string;
  readonly store: string;
  /** Interpreters of entries with F. */
  readonly interpreters: readonly string[];
}

/** Gathers what the host shows of itself. Nothing is changed: no automount is triggered, nothing is executed but tools that print. */
export async function hostSigns({ main, store, interpreters }: Looked): Promise<HostSigns> {
  const mounts = readMounts();
  const [denials, systemdBinfmt] = await Promise.all([readDenials(), systemdSays()]);
  const local = interpreters.filter((path) => isLocal(mountOf(mounts, path)));
  const status = read('/proc/self/status');
  return {
    kernel: { release: release(), build: version() },
    knowsBinfmt: /\bbinfmt_misc\b/.test(read('/proc/filesystems')),
    initialUser: initialUserNamespace(),
    hostMounts: inHostMountNamespace(),
    onHost: onHost(main),
    mounts: mounts.filter(
      ({ mountPoint }) => mountPoint === bytesOf(main) || mountPoint.startsWith(`${bytesOf(main)}/`),
    ),
    mainOwner: ownerAt(main, mounts),
    privileged: isPrivileged(),
    seccomp: numberOf(/^Seccomp:\s+(\d)/m.exec(status)?.[1]),
    sysctls: Object.fromEntries(sysctlNames.flatMap(sysctl)),
    hasHwcap3: hasAuxv(29),
    // Not the main mount: to ask for it triggers no automount, but to look below it does.
    present: new Set([main, ...asked].filter((path) => existsSync(path))),
    osRelease: read('/etc/os-release'),
    systemdBinfmt,
    store: storeSigns(store, mounts),
    denials,
    loaders: new Map(local.flatMap((path) => pair(path, readHead(path)?.loader ?? null))),
    pinned: new Map(interpreters.flatMap((path) => pair(path, farMount(mounts, path)))),
  };
}

const asked = [
  ...['/usr/sbin/update-binfmts', '/kind', '/etc/minikube', '/var/lib/minikube'],
  ...['/usr/bin/box64', '/usr/local/bin/box64'],
];

const sysctlNames = [
  'kernel.apparmor_restrict_unprivileged_userns',
  'kernel.unprivileged_userns_clone',
  'user.max_user_namespaces',
];

function sysctl(name: string): readonly (readonly [string, string])[] {
  const value = read(`/proc/sys/${name.replaceAll('.', '/')}`).trim();
  return value === '' ? [] : [[name, value]];
}

/** Empty where it is not there, or may not be read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** Pairs of 64-bit words; a 32-bit Node is not built. */
function hasAuxv(type: number): boolean {
  const bytes = Buffer.from(read('/proc/self/auxv'), 'latin1');
  const words = new BigUint64Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~15)),
  );
  return words.some((word, at) => at % 2 === 0 && word === BigInt(type));
}

async function systemdSays(): Promise<HostSigns['systemdBinfmt']> {
  if (!existsSync('/run/systemd/system')) return null;
  const args = [
    'show',
    '-p',
    'ActiveState',
    '-p',
    'LoadState',
    '-p',
    'UnitFileState',
    'systemd-binfmt.service',
  ];
  const { status, stdout } = await runChild('systemctl', args, { timeoutMs: 3000 });
  if (status !== 0) return { active: 'unknown', load: 'unknown', enabled: 'unknown' };
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  return { active: value('ActiveState'), load: value('LoadState'), enabled: value('UnitFileState') };
}

function storeSigns(store: string, mounts: readonly Mount[]): StoreSigns {
  let path = store;
  while (path !== '/' && !isLocal(mountOf(mounts, bytesOf(path)))) path = parent(path);
  while (path !== '/' && !existsSync(path)) path = parent(path);
  const mount = mountOf(mounts, bytesOf(path));
  const options = mount === null ? [] : [...mount.options, ...mount.superOptions];
  return {
    ...{ path: store, there: path === store },
    ...{ readOnly: options.includes('ro'), noexec: options.includes('noexec'), freeBytes: freeAt(path) },
  };
}

/** By the mount table of the host's first process, where that is in sight. */
function onHost(main: string): readonly string[] | null {
  const table = inHostMountNamespace()
    ? read('/proc/self/mountinfo')
    : hasHostInit()
      ? read('/proc/1/mountinfo')
      : '';
  if (table === '') return null;
  return parseMountinfo(table).flatMap(({ mountPoint, type }) =>
    mountPoint === bytesOf(main) ? [type] : [],
  );
}

function ownerAt(main: string, mounts: readonly Mount[]): number | null {
  if (mountOf(mounts, bytesOf(main))?.type !== 'binfmt_misc') return null;
  try {
    return statSync(main).uid;
  } catch {
    return null;
  }
}

function freeAt(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function farMount(mounts: readonly Mount[], path: string): string | null {
  const mount = mountOf(mounts, path);
  return mount === null || ['/', '/usr'].includes(mount.mountPoint) ? null : mount.mountPoint;
}

function pair(path: string, value: string | null): readonly (readonly [string, string])[] {
  return value === null ? [] : [[path, value]];
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
