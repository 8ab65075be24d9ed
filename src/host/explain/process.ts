import { readFileSync, readlinkSync } from 'node:fs';
import { errnoOf } from '../system/errno.ts';

/** A program that a process runs, and how it is seen. Byte strings. */
export interface ProcessProgram {
  /** As it was executed: the program that is emulated, not its emulator. */
  readonly path: string;
  /** The root directory of the process; `/` where it is ours. */
  readonly root: string;
  /** Its working directory, within that root. */
  readonly cwd: string;
}

/** Which program a process runs. An emulator gets it as its first argument, whatever flags its entry has. */
export function programOfProcess(pid: number): ProcessProgram | { readonly errno: string } {
  const directory = `/proc/${pid}`;
  try {
    const link = (name: string): string => readlinkSync(`${directory}/${name}`, 'latin1');
    const exe = link('exe').replace(/ \(deleted\)$/, '');
    const [, program = ''] = readFileSync(`${directory}/cmdline`, 'latin1').split('\0');
    const isOurs = link('root') === '/' && link('ns/mnt') === readlinkSync('/proc/self/ns/mnt', 'latin1');
    const emulated = program !== '' && /\/qemu-[^/]+$/.test(exe);
    return { path: emulated ? program : exe, root: isOurs ? '/' : `${directory}/root`, cwd: link('cwd') };
  } catch (error) {
    return { errno: errnoOf(error) };
  }
}
