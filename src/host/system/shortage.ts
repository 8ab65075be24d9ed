import type { ChildResult } from './child.ts';

/**
 * Whether a program was not started, or not left to itself, for lack of room: no process, memory or descriptor is left,
 * the file is being written, or somebody ended it. That proves nothing of the program.
 */
export function couldNotTry({ spawnError, signal, timedOut, status, stderr }: ChildResult): boolean {
  if (spawnError !== undefined) return lacksRoom(spawnError);
  return timedOut || signal !== null || (status !== 0 && tellsOfNoRoom(stderr));
}

/** The same of an errno. */
export function lacksRoom(code: string | undefined): boolean {
  return code !== undefined && errnos.has(code);
}

/** The same in the words of setpriv(1), a shell or a loader in the C locale, of glibc and of musl. */
export function tellsOfNoRoom(said: string): boolean {
  return words.test(said);
}

const errnos: ReadonlySet<string> = new Set([
  ...['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY', 'EINTR', 'ENOBUFS', 'ENOSPC', 'EDQUOT'],
]);

const words =
  /temporarily unavailable|cannot allocate|out of memory|too many open files|no file descriptors|text file (is )?busy|cannot fork|can't fork|error while loading shared/i;
