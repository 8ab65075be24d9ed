import type { Outcome } from '../../src/core/outcome.ts';
import type { Instance, RawEntry } from '../../src/host/instance/instance.ts';
import { type Binfmt, type Pinned, showEntry } from './binfmt.ts';
import type { MemoryKernel } from './memory-kernel.ts';
import { failed, type Superblock } from './mounts.ts';

/** What an open descriptor of an instance's root stands for. */
export interface Held {
  readonly kernel: MemoryKernel;
  readonly binfmt: Binfmt;
  readonly sb: Superblock;
  release(): void;
}

const locks = new WeakMap<Superblock, Held>();
const staying = new WeakSet<Held>();
let descriptors = 0;

/** The host's Instance on the fake kernel; `pin` opens an `F` interpreter as the process sees it. */
export function boundInstance(held: Held, pin: (path: string) => Pinned): Instance {
  const { kernel, binfmt, sb } = held;
  let open = true;
  const changing = (name: string, act: () => Outcome): Outcome => {
    if (!open) return failed('EBADF');
    if (sb.readonly) return failed('EROFS');
    const result = act();
    if (result.ok) kernel.notify(name);
    return result;
  };
  const seen = new Map<string, number>();
  const read = (name: string): RawEntry | null => {
    const entry = binfmt.entry(name);
    if (entry === null) seen.delete(name);
    else seen.set(name, entry.id.ino);
    return entry && { text: showEntry(entry), id: { ...entry.id, dev: sb.dev } };
  };
  return {
    now: () => performance.now(),
    root: { dev: sb.dev, ino: 1, ctimeMs: sb.dev },
    path: `memory:${++descriptors}`,
    enabled: () => binfmt.enabled,
    names: () => binfmt.entries.map((e) => e.line.name),
    isEmpty: () => binfmt.entries.length === 0,
    batch: (work) => work(),
    read,
    glance: (name) => {
      const ino = seen.get(name);
      const isGone = ino !== undefined && !binfmt.entries.some((one) => one.id.ino === ino);
      return isGone ? 'gone' : read(name);
    },
    register: (line) =>
      changing('register', () => binfmt.register(Buffer.from(line).toString('latin1'), pin)),
    change: (name, value, id) => {
      if (!isEntryName(name)) return failed('EINVAL');
      const entry = binfmt.entry(name);
      if (entry === null) return failed('ENOENT');
      return changing(name, () =>
        entry.id.ino === id.ino && sb.dev === id.dev ? binfmt.change(entry, value) : failed('ESTALE'),
      );
    },
    enable: () => changing('status', () => binfmt.changeAll('1')),
    lock: () => {
      const holder = locks.get(sb);
      if (holder === undefined) locks.set(sb, held);
      if ((holder ?? held) === held) return { ok: true, alone: true };
      return { ...failed('EAGAIN'), stays: holder !== undefined && staying.has(holder) };
    },
    stay: () => void staying.add(held),
    unlock: () => {
      if (locks.get(sb) === held) locks.delete(sb);
    },
    close: () => {
      if (!open) return;
      open = false;
      if (locks.get(sb) === held) locks.delete(sb);
      held.release();
    },
  };
}

/** The instance's own guard, not the kernel's: other names would leave the instance, or clear it. */
function isEntryName(name: string): boolean {
  return !['register', 'status', '', '.', '..'].includes(name) && !/[/\0]/.test(name);
}
