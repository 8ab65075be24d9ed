import type { EntryId } from '../../src/core/kernel/entry.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { Binfmt, type FakeEntry, showEntry } from './binfmt.ts';
import { MemoryProcess } from './memory-process.ts';
import { MountTable, type Superblock } from './mounts.ts';

/** A user namespace: it uses its own instance once it has mounted one, and its ancestors' until then. */
export interface UserNamespace {
  readonly parent: UserNamespace | null;
  binfmt: Binfmt | null;
}

const MAIN = '/proc/sys/fs/binfmt_misc';

/**
 * A kernel in memory: superblocks and who keeps them alive, mounts, propagation, entries, their search and pins, so
 * that tests of everything above the host need no privileges. The contract suite holds it to the real one.
 */
export class MemoryKernel {
  readonly mounts = new MountTable(() => this.sweep());
  /** A process in the initial namespaces. */
  readonly host: MemoryProcess;
  private readonly instances: Binfmt[] = [];
  private readonly watchers = new Set<(name: string) => void>();
  private count = 0;

  /** `main` is where the host has mounted binfmt_misc already; null for nowhere. */
  constructor({ main = MAIN }: { main?: string | null } = {}) {
    const namespace = { label: 'host' };
    this.mounts.root(namespace, this.newSuperblock('rootfs'));
    this.host = new MemoryProcess(this, { parent: null, binfmt: null }, namespace);
    if (main !== null) this.host.mount(main);
  }

  /** Opens the instance mounted on a path, as the host sees it. */
  open(path = MAIN): ReturnType<MemoryProcess['open']> {
    return this.host.open(path);
  }

  /** What other tools of the host do, by plain writes below a mount. */
  get foreign(): Foreign {
    const write = (name: string, value: string, path = MAIN): Outcome =>
      this.host.write(`${path}/${name}`, value);
    return {
      register: (line, path) => write('register', line, path),
      write,
      status: (value, path) => write('status', value, path),
    };
  }

  /** The name of the entry that takes a file with these first bytes, or null. */
  match(header: string, path = '/file'): string | null {
    return binfmtOf(this.host.user)?.search(header, path)?.line.name ?? null;
  }

  /** Calls `changed` with the file name that inotify would tell, after each change of any instance. */
  watch(changed: (name: string) => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  notify(name: string): void {
    for (const changed of [...this.watchers]) changed(name);
  }

  /** The superblock for one more mount in a user namespace, made where none is alive. */
  superblockOf(user: UserNamespace): Superblock {
    if (user.binfmt === null) {
      user.binfmt = new Binfmt(() => this.nextId());
      this.instances.push(user.binfmt);
    }
    user.binfmt.sb ??= this.newSuperblock('binfmt_misc');
    return user.binfmt.sb;
  }

  instanceOn(sb: Superblock): Binfmt | null {
    return this.instances.find((b) => b.sb === sb) ?? null;
  }

  newSuperblock(type: Superblock['type']): Superblock {
    return { type, dev: ++this.count, files: new Map(), readonly: false, holders: 0 };
  }

  toString(): string {
    const line = (e: FakeEntry): string =>
      `  ${JSON.stringify(e.line.name)} ${showEntry(e).trimEnd().split('\n').join('; ')}${e.pin ? '; pinned' : ''}`;
    const instance = (b: Binfmt): string =>
      [
        `instance dev=${b.sb?.dev ?? 'dead'} ${b.enabled ? 'enabled' : 'disabled'}`,
        ...b.entries.map(line),
      ].join('\n');
    return [this.mounts.toString(), ...this.instances.map(instance)].join('\n');
  }

  /** Inode numbers are new each time and in no order. */
  private nextId(): EntryId {
    const n = ++this.count;
    return { dev: 0, ino: Math.imul(n, 0x9e3779b1) >>> 0, ctimeMs: n };
  }

  private sweep(): void {
    for (const binfmt of this.instances) {
      if (binfmt.sb === null || this.mounts.isAlive(binfmt.sb)) continue;
      binfmt.die();
      this.notify('binfmt_misc');
    }
  }
}

/** Writes of other tools; `path` is the mount that they use. */
export interface Foreign {
  register(line: string, path?: string): Outcome;
  write(name: string, value: string, path?: string): Outcome;
  status(value: string, path?: string): Outcome;
}

/** The instance that execve searches: that of the nearest namespace upwards which ever mounted one. */
export function binfmtOf(user: UserNamespace | null): Binfmt | null {
  return user === null ? null : (user.binfmt ?? binfmtOf(user.parent));
}
