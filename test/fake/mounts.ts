import { done, type Outcome } from '../../src/core/outcome.ts';

/** A regular file; `marker` says what a native program tells when it runs. */
export interface FakeFile {
  content: string;
  readonly marker: string | null;
  executable: boolean;
  /** Open descriptors that write. */
  writers: number;
  /** Entries with `F` that hold it open and deny writes. */
  pins: number;
}

/** A file system; it lives while it is mounted anywhere or held open. */
export interface Superblock {
  readonly type: 'rootfs' | 'tmpfs' | 'binfmt_misc';
  readonly dev: number;
  readonly files: Map<string, FakeFile>;
  readonly: boolean;
  holders: number;
}

export type Propagation = 'private' | 'slave' | 'unchanged';
/** Identity of a mount namespace. */
export interface MountNamespace {
  readonly label: string;
}

/** One mount; peers of a group receive what is mounted below any of them, slaves of a master too. */
export interface Mount {
  readonly namespace: MountNamespace;
  readonly sb: Superblock;
  readonly path: string;
  readonly parent: Mount | null;
  group: number | null;
  master: number | null;
  holders: number;
}

/** All mounts of a kernel, with over-mount stacks, propagation and references. Peers lie at the same path: there are no binds. */
export class MountTable {
  readonly mounts = new Set<Mount>();
  private groups = 0;
  private readonly released: () => void;

  /** `released` is called whenever a file system may have lost its last reference. */
  constructor(released: () => void) {
    this.released = released;
  }

  root(namespace: MountNamespace, sb: Superblock): void {
    this.mounts.add({ namespace, sb, path: '/', parent: null, group: null, master: null, holders: 0 });
  }

  /** The mount that a path leads to, and the path within its file system. */
  resolve(namespace: MountNamespace, path: string): { mount: Mount; inner: string } {
    const root = [...this.mounts].find((m) => m.namespace === namespace && m.parent === null);
    if (root === undefined) throw new Error('a mount namespace without a root');
    let mount: Mount = root;
    for (let next: Mount | undefined = root; next !== undefined; next = this.next(mount, path)) mount = next;
    return { mount, inner: mount.path === '/' ? path : path.slice(mount.path.length) || '/' };
  }

  attach(namespace: MountNamespace, path: string, sb: Superblock): Outcome {
    const { mount: parent } = this.resolve(namespace, path);
    if (parent.path === path && parent.sb === sb) return failed('EBUSY');
    const group = parent.group === null ? null : ++this.groups;
    for (const place of [parent, ...this.receivers(parent)]) {
      const isSlave = place.group === null && place.master !== null;
      const { namespace: at } = place;
      const [own, master] = isSlave ? [null, group] : [group, null];
      this.mounts.add({ namespace: at, sb, path, parent: place, group: own, master, holders: 0 });
    }
    return done;
  }

  unmount(namespace: MountNamespace, path: string, lazy: boolean): Outcome {
    const { mount } = this.resolve(namespace, path);
    if (mount.path !== path || mount.parent === null) return failed('EINVAL');
    const places = this.receivers(mount.parent);
    const copies = [...this.mounts].filter(
      (m) => m.parent !== null && places.includes(m.parent) && m.path === path && m.sb === mount.sb,
    );
    const victims = [mount, ...copies.filter((m) => lazy || this.children(m).length === 0)];
    if (!lazy && (this.children(mount).length > 0 || victims.some((m) => m.holders > 0)))
      return failed('EBUSY');
    for (const victim of victims) this.detach(victim);
    this.released();
    return done;
  }

  share(namespace: MountNamespace, path: string): void {
    this.resolve(namespace, path).mount.group ??= ++this.groups;
  }

  copy(from: MountNamespace, to: MountNamespace, propagation: Propagation): void {
    const clones = new Map<Mount, Mount>();
    for (const mount of [...this.mounts].filter((m) => m.namespace === from)) {
      const parent = mount.parent && (clones.get(mount.parent) ?? null);
      const clone: Mount = { ...mount, namespace: to, parent, holders: 0 };
      if (propagation !== 'unchanged') clone.group = null;
      if (propagation === 'private') clone.master = null;
      if (propagation === 'slave') clone.master = mount.group ?? mount.master;
      clones.set(mount, clone);
      this.mounts.add(clone);
    }
  }

  /** The last process of a namespace ended: its mounts go, and nothing of that propagates. */
  drop(namespace: MountNamespace): void {
    for (const mount of [...this.mounts]) if (mount.namespace === namespace) this.mounts.delete(mount);
    this.released();
  }

  /** An open file or directory; returns what closes it. */
  hold(mount: Mount): () => void {
    mount.holders++;
    mount.sb.holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      mount.holders--;
      mount.sb.holders--;
      this.released();
    };
  }

  isAlive(sb: Superblock): boolean {
    return sb.holders > 0 || [...this.mounts].some((m) => m.sb === sb);
  }

  toString(): string {
    const line = (m: Mount): string =>
      `${m.namespace.label} ${m.path} ${m.sb.type} dev=${m.sb.dev}${m.sb.readonly ? ' ro' : ''}` +
      `${m.group === null ? '' : ` shared:${m.group}`}${m.master === null ? '' : ` master:${m.master}`}` +
      `${m.holders === 0 ? '' : ` held:${m.holders}`}`;
    return [...this.mounts].map(line).join('\n');
  }

  private children(parent: Mount): Mount[] {
    return [...this.mounts].filter((m) => m.parent === parent);
  }

  /** The walk meets the shallowest mount first: what lies deeper below the same parent is hidden by it. */
  private next(mount: Mount, path: string): Mount | undefined {
    const met = this.children(mount).filter((m) => isWithin(path, m.path));
    return met.sort((a, b) => a.path.length - b.path.length)[0];
  }

  private receivers(parent: Mount): Mount[] {
    const { group } = parent;
    if (group === null) return [];
    return [...this.mounts].filter(
      (m) => m !== parent && m.path === parent.path && (m.group === group || m.master === group),
    );
  }

  private detach(mount: Mount): void {
    for (const child of this.children(mount)) this.detach(child);
    this.mounts.delete(mount);
  }
}

/** An errno as the host layer reports it. */
export function failed(code: string): {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
} {
  return { ok: false, code, message: `${code}: refused by the fake kernel` };
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
