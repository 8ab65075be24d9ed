import { existsSync } from 'node:fs';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Mount } from '../../core/kernel/mountinfo.ts';
import { mountOf } from '../../core/kernel/mountinfo.ts';
import { mountUnitName } from '../../core/kernel/unit-name.ts';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { makeDirectories } from '../files/directories.ts';
import type { ChildResult } from '../system/child.ts';
import { runChild } from '../system/child.ts';
import { failure } from '../system/errno.ts';
import { inheritedDevices } from '../system/identity.ts';
import { readMountsAlong, readMountsSliced } from '../system/mount-table.ts';

/** What is at one of our two mount points. */
export type MountState =
  | {
      readonly kind: 'binfmt';
      readonly readOnly: boolean;
      /** Mounts below and unmounts here propagate to other namespaces. */
      readonly shared: boolean;
      /** A mount over a parent directory hides it: it pins the instance, but the path does not lead there. */
      readonly covered: boolean;
      /** `major:minor` of the superblock: equal where both mount points show one instance. */
      readonly device: string;
    }
  | { readonly kind: 'autofs' }
  /** Something else lies over the mount point; `beneath`: over a mount of binfmt_misc, which goes on serving. */
  | { readonly kind: 'covered'; readonly by: string; readonly beneath: boolean }
  | { readonly kind: 'absent' };

/** Both mount points at one moment. */
export interface MountView {
  readonly main: MountState;
  readonly anchor: MountState;
}

/** What came of a mount; where another was asked after a refusal, `refused` is what the kernel had told ourselves. */
export type MountOutcome =
  | Extract<Outcome, { readonly ok: true }>
  | (Failure & { readonly refused?: string });

/** How long mount(8) and its like may take: an autofs waits for systemd, a path may lie on a dead server. */
const limitMs = 5000;

type Failure = Extract<Outcome, { readonly ok: false }>;

interface Points {
  readonly main: string;
  readonly anchor: string;
}

/** Looks at both mount points by the mount table alone, which never blocks and triggers no automount. */
export async function observeMounts(points: Points): Promise<MountView> {
  return viewOf(points, await readMountsSliced([byteString(points.main), byteString(points.anchor)]));
}

/** The same in one go, for those who do not heal meanwhile. */
export function observeMountsNow(points: Points): MountView {
  return viewOf(points, readMountsAlong([byteString(points.main), byteString(points.anchor)]));
}

/** Mounts binfmt_misc for everybody to see. EBUSY where it is there already. */
export function mountMain(path: string): Promise<MountOutcome> {
  return mountBinfmt(path);
}

/** Makes the anchor's directory and mounts binfmt_misc there; the directory stays, it is in the run directory. */
export async function mountAnchor(path: string): Promise<MountOutcome> {
  try {
    await makeDirectories(path);
  } catch (error) {
    return failure(`create ${path}`, error);
  }
  return mountBinfmt(path);
}

/** Takes back `remount,ro`, of the mount and of the superblock (a read-only superblock refuses through every mount). */
export function remountWritable(path: string): Promise<Outcome> {
  return run('mount', ['-n', '-o', 'remount,rw', path]);
}

/**
 * Makes autofs mount what belongs here, by touching a name below it: stat of the mount point itself does not trigger.
 * ELOOP where the trigger fires but the mount appears in another mount namespace only.
 */
export function triggerAutofs(path: string): Promise<Outcome> {
  return run('stat', ['-c', '%i', `${path}/status`]);
}

/** Unmounts what is mounted there: not lazily, so that EBUSY tells of whoever still uses it. */
export function unmount(path: string): Promise<Outcome> {
  return run('umount', ['-n', path]);
}

/** Takes a mount away whoever uses it, which for them stays until they let go. */
export function detach(path: string): Promise<Outcome> {
  return run('umount', ['-n', '-l', path]);
}

function viewOf({ main, anchor }: Points, mounts: readonly Mount[]): MountView {
  const inherited = inheritedDevices();
  const at = (path: string): MountState => stateAt(mounts, byteString(path), inherited);
  return { main: at(main), anchor: at(anchor) };
}

/** Configured paths are text, the table is bytes. */
function byteString(path: string): string {
  return bytesOf(path).replace(/(?<=.)\/+$/, '');
}

/** In a sandbox, what was mounted before it is as good as nothing. */
function stateAt(mounts: readonly Mount[], point: string, inherited: ReadonlySet<string> | null): MountState {
  const isOurs = ({ device }: Mount): boolean => inherited?.has(device) !== true;
  const binfmt = mounts
    .filter((mount) => mount.mountPoint === point && mount.type === 'binfmt_misc' && isOurs(mount))
    .at(-1);
  const top = mountOf(mounts, point);
  if (top?.mountPoint === point && !isOurs(top)) return { kind: 'absent' };
  if (top?.mountPoint !== point) return binfmt ? binfmtState(binfmt, true) : { kind: 'absent' };
  if (top.type === 'binfmt_misc') return binfmtState(top, false);
  if (top.type === 'autofs' && !binfmt) return { kind: 'autofs' };
  return { kind: 'covered', by: top.type, beneath: binfmt !== undefined };
}

function binfmtState(mount: Mount, covered: boolean): MountState {
  return {
    kind: 'binfmt',
    readOnly: mount.options.includes('ro') || mount.superOptions.includes('ro'),
    shared: mount.propagation.shared !== undefined,
    covered,
    device: mount.device,
  };
}

/** With the options of systemd's mount unit; -n, since no mtab must be written on a read-only root. */
async function mountBinfmt(path: string): Promise<MountOutcome> {
  const options = 'nosuid,nodev,noexec,relatime';
  const outcome = await run('mount', ['-n', '-t', 'binfmt_misc', '-o', options, 'binfmt_misc', path]);
  const mayAsk = !outcome.ok && outcome.code === 'EPERM' && existsSync(systemdRuns);
  return mayAsk ? askSystemd(path, outcome) : outcome;
}

/** sd_booted(3) */
const systemdRuns = '/run/systemd/system';

/** A service without capabilities cannot mount, but as root it may have its manager do it, on the host and for all. */
async function askSystemd(path: string, refusal: Failure): Promise<MountOutcome> {
  const unit = mountUnitName(bytesOf(path));
  const started = await run('systemctl', ['--no-ask-password', 'start', '--', unit]);
  if (started.ok) return done;
  return { ...started, message: `${refusal.message}; ${started.message}`, refused: refusal.code };
}

async function run(command: string, args: readonly string[]): Promise<Outcome> {
  const result = await runChild(command, args, { timeoutMs: limitMs });
  if (result.status === 0) return done;
  const said = result.stderr.trim().split('\n').slice(0, 3).join(' ');
  const code = codeOf(result, said);
  return { ok: false, code, message: `${command} ${args.join(' ')}: ${said || explain(result)}` };
}

/** What util-linux, busybox and coreutils say in the C locale, back to the errno that they made it from. */
const sayings: readonly (readonly [RegExp, string])[] = [
  [/busy|already mounted/i, 'EBUSY'],
  [/too many levels of symbolic links|too many symbolic links/i, 'ELOOP'],
  [/unknown filesystem type|no such device/i, 'ENODEV'],
  [/permission denied|must be superuser|not permitted|only root/i, 'EPERM'],
  [/not mounted|no mount point|not a mount|mount point not mounted|bad option|invalid argument/i, 'EINVAL'],
  [/does not exist|no such file|can't find|not found/i, 'ENOENT'],
  [/not a directory/i, 'ENOTDIR'],
  [/read-only/i, 'EROFS'],
];

function codeOf(result: ChildResult, said: string): string {
  if (result.timedOut) return 'ETIMEDOUT';
  // Another code than a missing directory's: here the tool itself is missing.
  if (result.spawnError !== undefined) return result.spawnError === 'ENOENT' ? 'ENOTOOL' : result.spawnError;
  return sayings.find(([pattern]) => pattern.test(said))?.[1] ?? 'EIO';
}

function explain(result: ChildResult): string {
  if (result.timedOut) return `no end within ${limitMs} ms`;
  if (result.spawnError !== undefined) return `cannot be started (${result.spawnError})`;
  return result.signal === null ? `status ${result.status}` : `ended by ${result.signal}`;
}
