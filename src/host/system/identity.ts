import { closeSync, existsSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { release } from 'node:os';
import { inheritedVariable, parseInherited } from '../../core/config/sandbox.ts';

/** What this program itself is built for, and whether an emulator runs it. */
export interface HostArchitecture {
  /** e_machine of the running program's ELF header. */
  readonly machine: number;
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
  /** true where the kernel runs an emulator and Node only believes to be native. */
  readonly emulated: boolean;
}

/** Tells this boot from every other one; throws where /proc is missing, without which nothing works. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/**
 * Whether this process is in the initial user namespace. The number is PROC_USER_INIT_INO of the kernel; uid_map
 * proves nothing, since a child namespace may map every id to itself.
 */
export function initialUserNamespace(): boolean {
  return readlinkSync('/proc/self/ns/user') === 'user:[4026531837]';
}

/** Whether this is the pid namespace of the host, which shows all processes (PROC_PID_INIT_INO, linux/proc_ns.h). */
export function hasHostPids(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
  } catch {
    return false;
  }
}

/** User and mount namespace of a process, `user:[N] mnt:[N]`; throws where it has ended or may not be looked at. */
export function namespacesOf(pid: number | 'self'): string {
  return ['user', 'mnt'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`)).join(' ');
}

/** Devices of what was mounted when `--sandbox` made the namespaces that we are in; null outside of a sandbox. */
export function inheritedDevices(): ReadonlySet<string> | null {
  return parseInherited(process.env[inheritedVariable]);
}

/** `uname -r`. */
export function kernelRelease(): string {
  return release();
}

/**
 * The architecture of the host by the ELF header of what really runs. `/proc/thread-self/exe`, because QEMU fakes
 * `/proc/self/exe` and uname for the program that it emulates.
 */
export function hostArchitecture(path = '/proc/thread-self/exe'): HostArchitecture {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  const width = header[4] === 1 ? 32 : 64;
  const data = header[5] === 2 ? 'big' : 'little';
  const machine = data === 'big' ? header.readUInt16BE(18) : header.readUInt16LE(18);
  return { machine, class: width, data, emulated: nodeMachine[process.arch] !== machine };
}

/** e_machine for each `process.arch` (elf(5), linux/elf-em.h); x32 and other mixtures are not built by anyone. */
const nodeMachine: Readonly<Partial<Record<string, number>>> = {
  arm: 40,
  arm64: 183,
  ia32: 3,
  loong64: 258,
  mips: 8,
  mipsel: 8,
  ppc: 20,
  ppc64: 21,
  riscv64: 243,
  s390: 22,
  s390x: 22,
  x64: 62,
};

/** /proc/cpuinfo; empty where it cannot be read. */
export function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'latin1');
  } catch {
    return '';
  }
}

/** Whether the kernel was built to run 32-bit programs of x86; what it was told at its start may still forbid it. */
export function has32BitCalls(): boolean {
  return existsSync('/proc/sys/abi/vsyscall32');
}
