import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { distrustFile } from '../files/trust.ts';

/** The file that a process executes. */
export interface Running {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** Why somebody other than root and us could change it; null where nobody can. */
  readonly distrust: string | null;
}

/** It, and a descriptor of it where one was asked for and we may read it; the caller closes that. */
export interface Seen {
  readonly file: Running;
  readonly fd: number | null;
}

/** What runs a process, seen through `/proc/PID/exe`: the very file, whatever its path leads to here. */
export function seeRunning(pid: number | undefined, keep: boolean): Seen | null {
  const link = `/proc/${pid}/exe`;
  const fd = keep ? openLink(link) : null;
  try {
    const found: Stats = fd === null ? statSync(link) : fstatSync(fd);
    const path = readlinkSync(link);
    return { file: { path, dev: found.dev, ino: found.ino, distrust: distrustFile(path, found) }, fd };
  } catch {
    if (fd !== null) closeSync(fd);
    return null; // an exiting process has no exe, and that of another user cannot be read
  }
}

function openLink(link: string): number | null {
  try {
    return openSync(link, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}
