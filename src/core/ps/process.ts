import type { CgroupPlace } from './cgroup.ts';
import type { Emulator } from './emulator.ts';

/** One process that runs under emulation. Paths and words are byte strings. */
export interface EmulatedProcess extends CgroupPlace {
  readonly pid: number;
  readonly parent: number;
  readonly platform: string | null;
  readonly interpreter: string;
  /** Of the emulator, as its file says; null where it does not. */
  readonly version: string | null;
  /**
   * What tells that it is emulated: our store, an entry of this instance, the name of the file, all three by
   * /proc/PID/exe; the maps, where that names the program itself; or the command line alone, which anybody can write.
   */
  readonly by: Emulator['by'] | 'maps' | 'command line';
  readonly state: string;
  readonly cpuMs: number;
  /** Of children that have ended and were waited for. */
  readonly childCpuMs: number;
  readonly ageMs: number;
  /** Of the emulated program; empty where it cannot be read. */
  readonly command: readonly string[];
}

/** How much of the host can be seen from here. */
export type ProcessSight =
  | { readonly whole: true }
  /** `why` is a sentence without its end. */
  | { readonly whole: false; readonly why: string };

/** One look at all processes. */
export interface Census {
  readonly sight: ProcessSight;
  /** By age, the oldest first. */
  readonly processes: readonly EmulatedProcess[];
  /** Processes of others whose program may not be read: they are judged by their command line. */
  readonly unread: number;
}
