import { readlinkSync } from 'node:fs';
import type { ProcessSight } from '../../core/ps/process.ts';

/** Whether /proc shows all processes of this host; `pids` are those that it lists. */
export function processSight(proc: string, pids: readonly string[]): ProcessSight {
  // PROC_PID_INIT_INO, linux/proc_ns.h
  if (linkOf(`${proc}/self/ns/pid`) !== 'pid:[4026531836]')
    return {
      whole: false,
      why: 'this is a pid namespace of its own (a container), in which the processes of the host do not exist',
    };
  if (!pids.includes('1'))
    return { whole: false, why: '/proc is mounted with hidepid, and shows the processes of this user alone' };
  return { whole: true };
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
