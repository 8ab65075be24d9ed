import type { Binary } from '../binary/binary.ts';
import type { Entry } from '../kernel/entry.ts';
import type { NativeHost } from '../native/acceptance.ts';
import type { ElfLoad } from './elf-load.ts';

/** What execve(2) can fail with, as far as it has to do with the file, an entry or what either asks for. */
export type Errno =
  | 'EACCES'
  | 'EINVAL'
  | 'EIO'
  | 'ELIBBAD'
  | 'ELOOP'
  | 'ENAMETOOLONG'
  | 'ENOENT'
  | 'ENOEXEC'
  | 'ENOTDIR';

/** Why the kernel comes to a file: it was typed, a `#!` line names it, an entry does, or a program as its ELF loader. */
export type Role = 'program' | 'script-interpreter' | 'handler' | 'loader';

/** A file that the kernel opens on its way; whoever drives the course says what lies there. */
export interface Ask {
  /** A byte string, as it is written where it comes from. */
  readonly path: string;
  readonly role: Role;
  /** The entry that names it has `F`: the kernel has the file open, whatever lies at the path now. */
  readonly pinned: boolean;
}

/** What lies at a path for whoever executes it. Paths are byte strings; sentences name what is wrong. */
export type Found =
  | { readonly kind: 'none'; readonly errno: Errno; readonly why: string }
  /** Nobody here can know: a hung file system, a look that fails. */
  | { readonly kind: 'unseen'; readonly why: string }
  /** The kernel has it open, by an entry with `F`, and nothing lies at its path any more. It was a program when it was opened. */
  | { readonly kind: 'pinned' }
  | FoundFile;

/** Something that is there. */
export interface FoundFile {
  readonly kind: 'file';
  /** Without symlinks, as we see it. */
  readonly at: string;
  readonly type: 'regular' | 'directory' | 'fifo' | 'socket' | 'device';
  readonly mode: number;
  readonly size: number;
  /** What forbids to execute it. */
  readonly barred: Bar | null;
  /** The mount point that ignores set-user-ID bits, where one does. */
  readonly nosuid: string | null;
  /** Its first bytes, 4096 at most; null where it may not be read. */
  readonly head: Uint8Array | null;
  /** What it is; null where it may not be read. */
  readonly what: Binary | null;
  /** What the kernel's ELF loader makes of it; null where it may not be read. */
  readonly elf: ElfLoad | null;
}

/** What forbids it; `mount` is the mount point that does. */
export interface Bar {
  readonly by: 'type' | 'mode' | 'noexec' | 'policy';
  readonly why: string;
  readonly mount?: string;
}

/** What of the host decides what the kernel does with a file. */
export interface KernelState {
  readonly native: NativeHost;
  /** In search order; null where no instance can be seen from here. */
  readonly entries: readonly Entry[] | null;
  /** false after `0` was written to `status`. */
  readonly enabled: boolean;
}
