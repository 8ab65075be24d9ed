import type { Mount } from '../../kernel/mountinfo.ts';
import type { ProblemCode } from '../../problems.ts';
import type { Census } from '../../ps/process.ts';
import type { Report } from '../../report/report.ts';

/** All that a diagnosis goes by. Nothing of it was changed to be seen. */
export interface Facts extends HostSigns {
  /** How things stand: of the running daemon, or looked at now; null where the instance cannot be looked at. */
  readonly report: Report | null;
  /** Why not. */
  readonly refusal: { readonly code: ProblemCode; readonly detail: string } | null;
  readonly census: Census;
  /** Where the main mount should be, and the store. */
  readonly main: string;
}

/** What the host shows of itself beside its instance. */
export interface HostSigns {
  /** `uname -r` and `uname -v`. */
  readonly kernel: { readonly release: string; readonly build: string };
  /** The file system is known to the kernel, in it or loaded. */
  readonly knowsBinfmt: boolean;
  readonly initialUser: boolean;
  /** This mount namespace is the host's own. */
  readonly hostMounts: boolean;
  /** Types of what the host has mounted at the main mount's place, the lowest first; null where that cannot be seen. */
  readonly onHost: readonly string[] | null;
  /** Mounts at the main mount's place and below it, the lowest first. */
  readonly mounts: readonly Mount[];
  /** Who owns what is mounted there; null where that is not binfmt_misc. */
  readonly mainOwner: number | null;
  readonly privileged: boolean;
  /** Of /proc/self/status; null where it does not say. */
  readonly seccomp: number | null;
  /** Values of sysctls by name; those that the kernel has not are left out. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** The kernel hands type 29 of the auxiliary vector to programs. */
  readonly hasHwcap3: boolean;
  /** Paths, of those that are asked for, that exist. */
  readonly present: ReadonlySet<string>;
  /** /etc/os-release. */
  readonly osRelease: string;
  /** What systemd says of systemd-binfmt.service; null where there is no systemd. */
  readonly systemdBinfmt: { readonly active: string; readonly load: string; readonly enabled: string } | null;
  readonly store: StoreSigns;
  /** Lines of the kernel log and the audit log with a denial that names an emulator; null where neither may be read. */
  readonly denials: readonly string[] | null;
  /** By the interpreter of an entry with F: the ELF loader that it asks for. */
  readonly loaders: ReadonlyMap<string, string>;
  /** By the interpreter of an entry with F: the mount that it lies on, where that is neither / nor /usr. */
  readonly pinned: ReadonlyMap<string, string>;
}

/** The directory of deployed interpreters, or the nearest one above it that exists. */
export interface StoreSigns {
  readonly path: string;
  readonly there: boolean;
  readonly readOnly: boolean;
  readonly noexec: boolean;
  readonly freeBytes: number | null;
}
