import type { Instance } from '../../src/host/instance/instance.ts';

/** `ok`, or the errno. */
export type Result = string;

/** What the contract asks of a kernel, real or fake: one process's view of it. Paths and bytes are byte strings. */
export interface View {
  /** Mounts binfmt_misc, over whatever is there. */
  mount(path: string): Result;
  umount(path: string): Result;
  /** One write(2) to an existing file, as another tool would. */
  write(path: string, bytes: string): Result;
}

/** A process in a mount namespace of its own. */
export interface Container extends View {
  /** Ends it, and the namespace with it. */
  end(): void;
}

export interface World extends View {
  /** A directory on a file system of its own, to make everything in. */
  readonly dir: string;
  /** Creates a static native program that tells `marker` when it runs. */
  program(path: string, marker: string): void;
  /** Creates an executable file that begins with `header`. */
  binary(path: string, header: string): void;
  chmod(path: string, executable: boolean): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Opens an existing file for writing; `close` where that went well. */
  openForWriting(path: string): { result: Result; close: () => void };
  /** Mounts an empty tmpfs. */
  cover(path: string): Result;
  /** `umount -l` */
  detach(path: string): Result;
  /** Changes the superblock, so every mount of it. */
  remount(path: string, mode: 'ro' | 'rw'): Result;
  /** Makes the mount at `path` shared. */
  share(path: string): void;
  container(propagation: 'private' | 'slave' | 'unchanged'): Container;
  open(path: string): { ok: true; instance: Instance } | { ok: false; code: string };
  /** The marker of the program that ran, or the errno; `root` is the directory that the caller is confined to. */
  exec(path: string, root?: string): string;
  /** Closes, ends and unmounts all that was made. */
  dispose(): void;
}
