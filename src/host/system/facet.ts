import { existsSync } from 'node:fs';
import { type Clock, clock } from './clock.ts';
import { descriptorLimit } from './descriptors.ts';
import { endNow } from './end-now.ts';
import { errnoOf } from './errno.ts';
import {
  bootId,
  cpuInfo,
  type HostArchitecture,
  hostArchitecture,
  inheritedDevices,
  initialUserNamespace,
  kernelRelease,
} from './identity.ts';
import type { Libc } from './libc.ts';
import { type Reached, reach } from './reach.ts';
import { type Confinement, confinement, mayAdminister } from './rights.ts';

/** What this machine is. */
export interface System {
  bootId(): string;
  kernelRelease(): string;
  hostArchitecture(): HostArchitecture;
  /** What the kernel says of the CPU; empty where it says nothing. */
  cpuInfo(): string;
  descriptorLimit(): number;
  /** /proc may be mounted with processes alone. */
  seesSystem(): boolean;
}

/** In which namespaces we are. */
export interface Namespaces {
  initialUserNamespace(): boolean;
  /** Whether they are those that `--sandbox` made. */
  inSandbox(): boolean;
}

/** Time. */
export interface Timed {
  readonly clock: Clock;
}

/** Other processes. */
export interface Processes {
  /** Whether one of that id exists; one of another user counts. */
  isAlive(pid: number): boolean;
}

/** What may hang is done by a child first, under a time limit. */
export interface Children {
  /** Touches a path that may lie on a file system which hangs. */
  reach(path: string, timeoutMs?: number): Promise<Reached>;
}

/** What probes run without. */
export interface Rights {
  confinement(): Promise<Confinement>;
  /** Whether this process may mount and register in its user namespace. */
  mayAdminister(): boolean;
}

/** What only the program itself asks for. */
export interface ProcessEnd {
  /** Why there is no FFI; null where there is. */
  readonly ffi: string | null;
  endNow(status: number): never;
}

/** All of this room. */
export function systemFacets(
  libc: Libc | null,
  ffi: string | null,
): System & Namespaces & Timed & Processes & Children & Rights & ProcessEnd {
  return {
    ffi,
    clock,
    endNow: (status) => endNow(libc, status),
    descriptorLimit,
    bootId,
    kernelRelease,
    hostArchitecture: () => hostArchitecture(),
    cpuInfo,
    initialUserNamespace,
    seesSystem: () => existsSync('/proc/sys/kernel'),
    inSandbox: () => inheritedDevices() !== null,
    isAlive,
    reach,
    confinement: () => confinement(libc !== null),
    mayAdminister,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
