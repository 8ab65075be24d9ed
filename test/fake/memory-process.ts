import { done, type Outcome } from '../../src/core/outcome.ts';
import type { Instance } from '../../src/host/instance/instance.ts';
import type { Pinned } from './binfmt.ts';
import { boundInstance } from './memory-instance.ts';
import { binfmtOf, type MemoryKernel, type UserNamespace } from './memory-kernel.ts';
import { type FakeFile, failed, type MountNamespace, type Propagation } from './mounts.ts';

/** What an execution led to: the marker of the program that ran in the end and the entries on the way. */
export type Ran =
  | { readonly ok: true; readonly marker: string; readonly through: readonly string[] }
  | { readonly ok: false; readonly code: string };

/** The first bytes of a native program of the fake machine: a static ELF of x86_64. */
const NATIVE_HEADER = `\x7fELF\x02\x01\x01${'\0'.repeat(9)}\x02\0\x3e\0\x01\0\0\0`;
/** execve gives up when the sixth interpreter is not native (exec_binprm). */
const MAX_DEPTH = 5;

/** A process of the fake machine: what it can do is what its namespaces let it. */
export class MemoryProcess {
  readonly kernel: MemoryKernel;
  readonly user: UserNamespace;
  private readonly namespace: MountNamespace;

  constructor(kernel: MemoryKernel, user: UserNamespace, namespace: MountNamespace) {
    this.kernel = kernel;
    this.user = user;
    this.namespace = namespace;
  }

  /** A process in a new mount namespace, and with `user` in a new user namespace. */
  unshare(propagation: Propagation, { user = false } = {}): MemoryProcess {
    const namespace = { label: `${this.namespace.label}+` };
    this.kernel.mounts.copy(this.namespace, namespace, propagation);
    return new MemoryProcess(this.kernel, user ? { parent: this.user, binfmt: null } : this.user, namespace);
  }

  /** It ends, as the last one of its mount namespace. */
  end(): void {
    this.kernel.mounts.drop(this.namespace);
  }

  /** Mounts binfmt_misc. */
  mount(path: string): Outcome {
    return this.kernel.mounts.attach(this.namespace, path, this.kernel.superblockOf(this.user));
  }

  /** Mounts an empty tmpfs. */
  cover(path: string): Outcome {
    return this.kernel.mounts.attach(this.namespace, path, this.kernel.newSuperblock('tmpfs'));
  }

  umount(path: string): Outcome {
    return this.kernel.mounts.unmount(this.namespace, path, false);
  }

  /** `umount -l` */
  detach(path: string): Outcome {
    return this.kernel.mounts.unmount(this.namespace, path, true);
  }

  /** `mount -o remount,ro`: of the superblock, so of every mount. */
  remount(path: string, mode: 'ro' | 'rw'): Outcome {
    this.at(path).mount.sb.readonly = mode === 'ro';
    return done;
  }

  share(path: string): void {
    this.kernel.mounts.share(this.namespace, path);
  }

  /** Creates a native program. */
  program(path: string, marker: string): void {
    this.create(path, NATIVE_HEADER, marker);
  }

  /** Creates an executable file that begins with these bytes. */
  binary(path: string, header: string): void {
    this.create(path, header, null);
  }

  unlink(path: string): void {
    const { mount, inner } = this.at(path);
    mount.sb.files.delete(inner);
  }

  rename(from: string, to: string): void {
    const file = this.file(from);
    this.unlink(from);
    const { mount, inner } = this.at(to);
    if (file !== null) mount.sb.files.set(inner, file);
  }

  chmod(path: string, executable: boolean): void {
    const file = this.file(path);
    if (file !== null) file.executable = executable;
  }

  /** Opens an existing file for writing and keeps it open until `close`. */
  openForWriting(path: string): { ok: true; close: () => void } | { ok: false; code: string } {
    const file = this.file(path);
    if (file === null) return failed('ENOENT');
    if (file.pins > 0) return failed('ETXTBSY');
    file.writers++;
    return { ok: true, close: () => void file.writers-- };
  }

  /** One write(2) to an existing file of binfmt_misc. */
  write(path: string, bytes: string): Outcome {
    const { mount, inner } = this.at(path);
    const binfmt = this.kernel.instanceOn(mount.sb);
    const name = inner.slice(1);
    if (binfmt === null) return failed('ENOENT');
    const entry = binfmt.entry(name);
    if (entry === null && name !== 'register' && name !== 'status') return failed('ENOENT');
    if (mount.sb.readonly) return failed('EROFS');
    const result =
      entry !== null
        ? binfmt.change(entry, bytes)
        : name === 'status'
          ? binfmt.changeAll(bytes)
          : binfmt.register(bytes, (interpreter) => this.pin(interpreter));
    if (result.ok) this.kernel.notify(name);
    return result;
  }

  open(path: string): { ok: true; instance: Instance } | { ok: false; code: string; message: string } {
    const { mount, inner } = this.at(path);
    if (inner !== '/') return failed('ENOENT');
    const binfmt = this.kernel.instanceOn(mount.sb);
    if (binfmt === null) return failed('ENOTBINFMT');
    const context = { kernel: this.kernel, binfmt, sb: mount.sb, release: this.kernel.mounts.hold(mount) };
    return { ok: true, instance: boundInstance(context, (interpreter) => this.pin(interpreter)) };
  }

  /** Executes a file; `root` is the directory that the caller is confined to. */
  exec(path: string, root = ''): Ran {
    const through: string[] = [];
    let at = path;
    let file = this.file(root + path);
    for (let depth = 0; depth <= MAX_DEPTH; depth++) {
      if (file === null) return failed('ENOENT');
      if (!file.executable) return failed('EACCES');
      if (file.writers > 0) return failed('ETXTBSY');
      const entry = binfmtOf(this.user)?.search(file.content.slice(0, 256), at) ?? null;
      if (entry === null) {
        return file.marker === null ? failed('ENOEXEC') : { ok: true, marker: file.marker, through };
      }
      through.push(entry.line.name);
      at = entry.line.interpreter;
      file = entry.pin?.file ?? this.file(root + at);
    }
    return failed('ELOOP');
  }

  private at(path: string): ReturnType<MemoryKernel['mounts']['resolve']> {
    return this.kernel.mounts.resolve(this.namespace, path);
  }

  private file(path: string): FakeFile | null {
    const { mount, inner } = this.at(path);
    return mount.sb.files.get(inner) ?? null;
  }

  private create(path: string, content: string, marker: string | null): void {
    const { mount, inner } = this.at(path);
    mount.sb.files.set(inner, { content, marker, executable: true, writers: 0, pins: 0 });
  }

  /** open_exec: the file is held, and nobody may write to it. */
  private pin(path: string): Pinned {
    const { mount } = this.at(path);
    const file = this.file(path);
    if (file === null) return failed('ENOENT');
    if (!file.executable) return failed('EACCES');
    if (file.writers > 0) return failed('ETXTBSY');
    const close = this.kernel.mounts.hold(mount);
    file.pins++;
    const release = (): void => {
      file.pins--;
      close();
    };
    return { ok: true, pin: { file, release } };
  }
}
