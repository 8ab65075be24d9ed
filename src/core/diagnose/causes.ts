import type { ProblemCode } from '../problems.ts';
import type { Errno } from './facts.ts';

/** Why a program does not run, or may not where it does now. */
export type CauseCode = keyof typeof causeCatalogue | SharedCode;

/** Of `problemCatalogue`, where the condition is the same. */
export type SharedCode = Extract<
  ProblemCode,
  | 'status-zero'
  | 'entry-hidden'
  | 'entry-interpreter-missing'
  | 'entry-interpreter-mode'
  | 'entry-interpreter-noexec'
  | 'entry-interpreter-machine'
  | 'entry-interpreter-dynamic'
  | 'interpreter-label'
  | 'instance-missing'
>;

/** What is known of a cause beforehand. */
export interface CauseKind {
  readonly title: string;
  /** What execve(2) says; null where the program starts all the same, or ends later. */
  readonly errno: Errno | null;
  /** What to type stands between backquotes; words in capitals there stand for the cause's own values. */
  readonly remedy: string;
}

/** A cause as it was found. */
export interface Cause {
  readonly code: CauseCode;
  /** The file or the entry that it is about. */
  readonly subject: string;
  readonly detail: string;
  /** For the words in capitals, byte strings. */
  readonly values: Readonly<Record<string, string>>;
}

/** All that no problem of the keeper is. */
export const causeCatalogue = {
  'file-missing': {
    title: 'There is no such file',
    errno: 'ENOENT',
    remedy: 'See what is there: `ls -l DIRECTORY`. The detail says which part of the path is missing.',
  },
  'file-way': {
    title: 'The way to the file ends before it',
    errno: 'ENOTDIR',
    remedy: 'See each part of the way: `namei -l FILE`.',
  },
  'file-hidden': {
    title: 'A directory on the way may not be searched',
    errno: 'EACCES',
    remedy: 'See which: `namei -l FILE`. Then let this user pass: `chmod o+x DIRECTORY`.',
  },
  'file-symlinks': {
    title: 'Symlinks lead in a circle',
    errno: 'ELOOP',
    remedy: 'See where they lead: `namei -l FILE`. Then put a file in place of one of them.',
  },
  'file-name-too-long': {
    title: 'The path is longer than the kernel takes',
    errno: 'ENAMETOOLONG',
    remedy: 'Go nearer and use a shorter path: the kernel takes 4095 bytes, and 255 for one name.',
  },
  'file-directory': {
    title: 'It is a directory',
    errno: 'EACCES',
    remedy: 'Name a program in it: `ls -l FILE`.',
  },
  'file-not-regular': {
    title: 'It is no regular file',
    errno: 'EACCES',
    remedy: 'Only regular files are executed. See what it is: `stat FILE`.',
  },
  'file-unreadable': {
    title: 'It may be executed, but not read',
    errno: null,
    remedy:
      'What it is can be told to whoever may read it: `ls -l FILE`; as root: `sudo {keeper} explain FILE`.',
  },
  'file-mode': {
    title: 'The file has no execute permission',
    errno: 'EACCES',
    remedy: 'Allow it: `chmod +x FILE`.',
  },
  'file-noexec': {
    title: 'The file lies on a mount without execution',
    errno: 'EACCES',
    remedy:
      'Allow it there: `mount -o remount,exec MOUNT`; or copy the file to where it may be executed: `install -m 755 FILE /usr/local/bin/`.',
  },
  'file-policy': {
    title: 'A security policy forbids to execute the file',
    errno: 'EACCES',
    remedy:
      'See what denied it: `ausearch -m avc -ts recent` (SELinux), `dmesg | grep -i apparmor`. In a container also its seccomp profile.',
  },
  'file-empty': {
    title: 'The file is empty',
    errno: 'ENOEXEC',
    remedy:
      'It was not written, or not downloaded. Get it again. A shell runs it as a script that does nothing.',
  },
  'file-zeros': {
    title: 'The file begins with nothing but zeros',
    errno: 'ENOEXEC',
    remedy:
      'That is what a crash or a download that was broken off leaves. Get it again, and compare its checksum: `sha256sum FILE`.',
  },
  'file-truncated': {
    title: 'The file ends before the program does',
    errno: null,
    remedy: 'Get it again, and compare its checksum: `sha256sum FILE`.',
  },
  'file-damaged': {
    title: 'The header of the program is damaged',
    errno: 'ENOEXEC',
    remedy: 'Get it again, and compare its checksum: `sha256sum FILE`.',
  },
  'file-object': {
    title: 'It is no program, but a part of one',
    errno: 'ENOEXEC',
    remedy:
      'Object files and core dumps are not executed; a linker or a debugger takes them. See what it is: `file FILE`.',
  },
  'file-library': {
    title: 'It is a shared object, not a program',
    errno: null,
    remedy:
      'Started as a program it ends by SIGSEGV. A program that needs it loads it by itself; plugins are loaded by their program.',
  },
  'no-entry': {
    title: 'No entry takes programs of this platform',
    errno: 'ENOEXEC',
    remedy: 'Register a handler: `{keeper} install PLATFORM`. To have it kept: `{keeper} run`.',
  },
  'no-emulator': {
    title: 'No emulator is known for this machine',
    errno: 'ENOEXEC',
    remedy: 'QEMU runs no programs of this machine in user mode. Get the build for this host (HOST).',
  },
  'entry-disabled': {
    title: 'The entry that takes it is disabled',
    errno: 'ENOEXEC',
    remedy: 'Enable it: `echo 1 >MAIN/ENTRY`.',
  },
  'host-entries-hidden': {
    title: 'A private instance hides the entries of the host',
    errno: 'ENOEXEC',
    remedy:
      'This user namespace has an instance of its own, and only its entries count. Register there: `{keeper} install PLATFORM`; or run the program outside of it.',
  },
  'too-many-levels': {
    title: 'An entry takes its own interpreter, or interpreters form a circle',
    errno: 'ELOOP',
    remedy: 'Remove the entry: `echo -1 >MAIN/ENTRY`. Scripts may name scripts, up to five levels.',
  },
  'entry-interpreter-loader': {
    title: 'The interpreter needs an ELF loader that is not there',
    errno: 'ENOENT',
    remedy:
      'The file is there, and so is its interpreter. Register a static one, which needs nothing of the root that it runs in: `{keeper} install PLATFORM`.',
  },
  'entry-interpreter-unpinned': {
    title: 'The entry works where its interpreter can be seen',
    errno: null,
    remedy:
      'Without the flag F the interpreter is looked for in the root of whoever executes: containers have none. Register it with F: `{keeper} install PLATFORM`.',
  },
  'entry-flag-kernel': {
    title: 'This kernel is too old for a flag of the entry',
    errno: null,
    remedy:
      'Before Linux 5.12 an interpreter cannot know of P and takes argv[0] for an argument. Register it without: `{keeper} install PLATFORM --preserve-argv0 false`.',
  },
  'emulation-fails': {
    title: 'The entry takes it, but its interpreter does not run such programs',
    errno: null,
    remedy:
      'See why, with the program of the platform that proves it: `{keeper} probe PLATFORM`. Mostly a newer QEMU helps.',
  },
  'emulator-old': {
    title: 'The emulator is older than this userland needs',
    errno: null,
    remedy: 'Install QEMU VERSION or later, then: `{keeper} install PLATFORM`.',
  },
  'loader-missing': {
    title: 'The ELF loader of the program is missing',
    errno: 'ENOENT',
    remedy:
      'The file is there; what it asks for is not: the error names the wrong one. Install the C library of its platform (PACKAGE), or get a static build.',
  },
  'loader-unfit': {
    title: 'The ELF loader of the program is none for it',
    errno: 'ELIBBAD',
    remedy:
      'See what lies there: `file LOADER`. Install the C library of its platform (PACKAGE) in its place.',
  },
  'loader-mode': {
    title: 'The ELF loader of the program may not be executed',
    errno: 'EACCES',
    remedy: 'Allow it: `chmod +x LOADER`. On a mount with noexec nothing helps but another place.',
  },
  'library-missing': {
    title: 'A shared library of the program is missing',
    errno: null,
    remedy:
      'The program starts, and its loader ends it with 127. See which are there: `ldd FILE`. Install what is missing.',
  },
  'library-machine': {
    title: 'A shared library is one of another machine',
    errno: null,
    remedy: 'Install that of the platform of the program. See what lies there: `file LIBRARY`.',
  },
  'script-no-shebang': {
    title: 'A script without a #! line',
    errno: 'ENOEXEC',
    remedy:
      "Shells run it all the same, by themselves; Docker, systemd, Go and Python do not. Write the interpreter into its first line: `sed -i '1i #!/bin/sh' FILE`.",
  },
  'script-start': {
    title: 'Something stands before the #!',
    errno: 'ENOEXEC',
    remedy:
      "The first two bytes must be #!. See them: `head -c 16 FILE | od -c`. A byte order mark goes by: `sed -i '1s/^\\xef\\xbb\\xbf//' FILE`.",
  },
  'script-crlf': {
    title: 'The #! line ends as in Windows',
    errno: 'ENOENT',
    remedy:
      "The carriage return became a part of the name of the interpreter. Take it away: `sed -i 's/\\r$//' FILE`.",
  },
  'script-too-long': {
    title: 'The #! line is longer than the kernel reads',
    errno: 'ENOEXEC',
    remedy:
      'It reads 256 bytes, #! included. Use a shorter path: a symlink to the interpreter, or `/usr/bin/env NAME`.',
  },
  'script-no-interpreter': {
    title: 'The #! line names no interpreter',
    errno: 'ENOEXEC',
    remedy: "Write one behind the #!, such as #!/bin/sh: `sed -i '1s|.*|#!/bin/sh|' FILE`.",
  },
  'script-interpreter-missing': {
    title: 'The interpreter of the script is missing',
    errno: 'ENOENT',
    remedy:
      'The script is there; what its #! line names is not: the error names the wrong one. Install it, or name one that is there: `head -n 1 FILE`.',
  },
  'script-env-missing': {
    title: 'The program that env looks for is not in PATH',
    errno: null,
    remedy:
      'The script starts env, which ends with 127. Install PROGRAM, or write its path into the first line: `head -n 1 FILE`.',
  },
  'script-interpreter-mode': {
    title: 'The interpreter of the script may not be executed',
    errno: 'EACCES',
    remedy: 'Allow it: `chmod +x INTERPRETER`; or name another one in the first line of the script.',
  },
  'saved-web-page': {
    title: 'A web page was saved as a program',
    errno: 'ENOEXEC',
    remedy:
      'The server sent a page, of an error or a login, in place of the file. See it: `head -n 20 FILE`. Download with: curl -fL.',
  },
  'saved-lfs-pointer': {
    title: 'A pointer of Git LFS stands in place of the file',
    errno: 'ENOEXEC',
    remedy: 'Fetch the file itself: `git lfs pull`.',
  },
  'saved-archive': {
    title: 'An archive was saved as a program',
    errno: 'ENOEXEC',
    remedy: 'Unpack it: `UNPACK`. The program lies inside.',
  },
  'saved-text': {
    title: 'A text was saved as a program',
    errno: 'ENOEXEC',
    remedy: 'A server may have sent an error in place of the file. See it: `head -n 20 FILE`.',
  },
  'other-system-windows': {
    title: 'A program for Windows',
    errno: 'ENOEXEC',
    remedy: 'Get the build for Linux. Or register Wine for such programs: docs/configuration.md, handlers.',
  },
  'other-system-macos': {
    title: 'A program for macOS',
    errno: 'ENOEXEC',
    remedy:
      'Get the build for Linux (HOST): nothing runs programs of macOS here. Bad CPU type is what macOS says of the opposite.',
  },
  'other-code': {
    title: 'Code for a virtual machine',
    errno: 'ENOEXEC',
    remedy:
      'Its own program runs it: RUNNER. To have it run by name, register that as a handler: docs/configuration.md, handlers.',
  },
  'unknown-file': {
    title: 'Nothing knows such a file',
    errno: 'ENOEXEC',
    remedy: 'See what it is: `file FILE`. An own format needs a handler: docs/configuration.md, handlers.',
  },
  'host-bits': {
    title: 'This host runs no 32-bit programs',
    errno: 'ENOEXEC',
    remedy:
      'Its CPU or its kernel has no 32-bit mode for programs. Have them emulated: `{keeper} install PLATFORM`; or get the 64-bit build.',
  },
  'cpu-level': {
    title: 'The program asks for a newer CPU than there is',
    errno: null,
    remedy:
      'It ends with SIGILL, or its loader with 127. Get a build for a lower level, such as x86-64-v2. See what the CPU has: `grep -m1 flags /proc/cpuinfo`.',
  },
  'neutral-name': {
    title: 'The name does not say for which machine it is',
    errno: null,
    remedy:
      'It is for PLATFORM, and this host is HOST. Where the other one was meant, get that build; many releases give each its own file, such as NAME-ARCH.',
  },
  'mount-nosuid': {
    title: 'The mount ignores set-user-ID',
    errno: null,
    remedy: 'It runs as whoever starts it. Allow it there: `mount -o remount,suid MOUNT`.',
  },
  'credentials-lost': {
    title: 'Set-user-ID has no effect under this entry',
    errno: null,
    remedy: 'It needs the flag C. Register it with that: `{keeper} install PLATFORM --credentials true`.',
  },
} as const satisfies Readonly<Record<string, CauseKind>>;
