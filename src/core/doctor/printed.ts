import type { ProblemCode } from '../problems.ts';

/** What kernel and tools print for one cause, and where it is explained. */
export interface Printed {
  /** As printed, for searches; the first is the most common. */
  readonly texts: readonly string[];
  /** In a few words, who prints them. */
  readonly by: string;
  /** What it may be, the likeliest first. */
  readonly codes: readonly ProblemCode[];
  /** Below docs/. */
  readonly section: string;
}

/** Texts that people search for. docs/troubleshooting.md has this as a table, `doctor CODE` names the texts of its code. */
export const printed: readonly Printed[] = [
  {
    texts: [
      'exec format error',
      'Exec format error',
      'cannot execute binary file',
      'Bad CPU type in executable',
      '[Errno 8]',
      'error=8',
      'spawn ENOEXEC',
      'spawn Unknown system error -8',
      'Syntax error: "(" unexpected',
      'Syntax error: Unterminated quoted string',
      'Syntax error: word unexpected',
      'not found',
      'status=203/EXEC',
    ],
    by: 'ENOEXEC, by runc, glibc, bash, macOS, Python, Java, Node; dash, env and busybox, which have a shell read the program as a script; systemd',
    codes: [
      'not-registered',
      'instance-missing',
      'status-zero',
      'no-host-mount',
      'automount-untriggered',
      'private-instance',
      'probe-not-registered',
    ],
    section: 'troubleshooting.md#exec-format-error',
  },
  {
    texts: [
      'no such file or directory',
      'No such file or directory',
      'required file not found',
      "Could not open '/lib",
    ],
    by: 'ENOENT for a file that is there, by runc, glibc, bash 5.2; QEMU for the loader of the program',
    codes: [
      'entry-interpreter-missing',
      'entry-interpreter-dynamic',
      'probe-interpreter-missing',
      'interpreter-not-static',
    ],
    section: 'troubleshooting.md#no-such-file-or-directory-although-the-file-is-there',
  },
  {
    texts: ['Segmentation fault', 'exit code 139', 'exit code: 139', 'signal: segmentation fault'],
    by: 'SIGSEGV, by shells, Docker, Kubernetes, Go',
    codes: ['interpreter-label', 'label-denied', 'not-proven-for-containers', 'probe-killed'],
    section: 'troubleshooting.md#segmentation-fault-or-nothing-at-all',
  },
  {
    texts: ['Permission denied', 'permission denied', 'exit code 126'],
    by: 'EACCES, by shells, glibc, runc',
    codes: ['interpreter-noexec', 'entry-interpreter-noexec', 'entry-interpreter-mode', 'probe-permission'],
    section: 'troubleshooting.md#permission-denied-noexec',
  },
  {
    texts: ['Too many levels of symbolic links'],
    by: 'ELOOP, by whatever is started',
    codes: ['dangerous-entry', 'native-taken'],
    section: 'troubleshooting.md#programs-of-the-host-stopped-working',
  },
  {
    texts: ['effective uid is not 0'],
    by: 'sudo in an emulated container',
    codes: [],
    section: 'troubleshooting.md#sudo-does-not-work-under-emulation',
  },
  {
    texts: ['File exists', 'file exists'],
    by: 'EEXIST, by another tool that registers',
    codes: ['name-taken'],
    section: 'troubleshooting.md#another-tool-fails-with-file-exists',
  },
  {
    texts: ["unknown filesystem type 'binfmt_misc'"],
    by: 'mount(8)',
    codes: ['no-kernel-support'],
    section: 'problems.md#no-kernel-support',
  },
  {
    texts: ['Read-only file system'],
    by: 'EROFS, by whoever registers',
    codes: ['read-only'],
    section: 'problems.md#read-only',
  },
  {
    texts: ['target is busy', 'Device or resource busy'],
    by: 'EBUSY, by umount(8) at a shutdown',
    codes: ['shutdown-held'],
    section: 'problems.md#shutdown-held',
  },
  {
    texts: ['Text file busy'],
    by: 'ETXTBSY, by cp(1) and editors, over an emulator that an entry holds',
    codes: ['stale-interpreter'],
    section: 'problems.md#stale-interpreter',
  },
  {
    texts: ['rosetta error'],
    by: 'Rosetta for Linux',
    codes: ['rosetta-auxv'],
    section: 'problems.md#rosetta-auxv',
  },
];
