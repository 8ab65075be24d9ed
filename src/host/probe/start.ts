import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, lstatSync, openSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { endsFirst } from '../system/ends-first.ts';
import type { Confinement } from '../system/rights.ts';

/** A foreign program that was started, and what it prints if it runs as it should. */
export interface StartedProbe {
  readonly child: ChildProcessWithoutNullStreams;
  readonly answer: string;
  /** As a shell names the file that it cannot understand. */
  readonly named: string;
}

/** What is to be started: a probe, or `by` with the probe as its argument, which asks no entry. */
interface Startable {
  readonly file: string;
  readonly fd?: number;
  readonly seesArgv0: boolean;
  readonly by?: string;
}

/**
 * Starts a probe without our rights. A program that is to see its argv[0] gets the bare name, which is looked for in PATH:
 * so it differs from the path even where another program is between. Where the user that it runs as cannot pass a
 * directory on the way, it gets the file open; `fd` is one that is open already and stays so.
 */
export function startProbe(task: Startable, confined: Confinement): StartedProbe {
  const { file, fd: given, seesArgv0, by = null } = task;
  const hidden = (path: string): boolean => confined.id !== null && !isOpen(dirname(path));
  const opened: number[] = [];
  const handed: number[] = [];
  const hand = (fd: number): string => `/proc/self/fd/${2 + handed.push(fd)}`;
  const reachable = (path: string): string => {
    const fd = hidden(path) ? openFile(path) : null;
    if (fd === null) return path;
    opened.push(fd);
    return hand(fd);
  };
  try {
    const path = given === undefined ? reachable(file) : hand(given);
    const answer = seesArgv0 ? basename(path) : path;
    const as = confined.id === null ? {} : { uid: confined.id, gid: confined.id };
    const [program, ...args] = by === null ? [answer] : [reachable(by), path];
    const stdio = ['pipe' as const, 'pipe' as const, 'pipe' as const, ...handed];
    const place = { cwd: barren, detached: true, stdio, ...as };
    const [tool, ...words] = confined.prefix;
    const child =
      tool === undefined
        ? spawn(by === null ? path : program, args, { ...place, argv0: program, env: {} })
        : // Our own PATH finds the tool, the child's the probe.
          spawn(findTool(tool), [...words, '--', program, ...args], {
            ...place,
            env: seesArgv0 ? { PATH: dirname(path) } : {},
          });
    endsFirst(child.pid);
    return { child: child as ChildProcessWithoutNullStreams, answer, named: path };
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/**
 * Nothing can be made here. glibc's execvp hands a file that nobody runs to /bin/sh, and to a shell the probe of x86_64
 * (machine number 62, `>`) redirects output into a file.
 */
const barren = '/proc';

function openFile(file: string): number | null {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null; // whoever executes it says why
  }
}

/** Whether everybody may pass all directories up to this one. */
function isOpen(dir: string): boolean {
  try {
    for (let at = dir; ; at = dirname(at)) {
      if ((lstatSync(at).mode & 0o001) === 0) return false;
      if (at === dirname(at)) return true;
    }
  } catch {
    return false;
  }
}

/** As execvp(3) does: what may not be looked at is passed over. */
function findTool(name: string): string {
  const path = process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  const files = path.split(':').map((dir) => `${dir}/${name}`);
  return files.find(isExecutable) ?? name;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
