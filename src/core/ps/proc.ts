/** What /proc/PID/stat says of a process, as far as it matters here. */
export interface Stat {
  readonly parent: number;
  /** The name of the program, at most 15 bytes; a byte string. */
  readonly name: string;
  /** `R`, `S`, `D`, `Z`… (proc(5)). */
  readonly state: string;
  /** Its own CPU time in clock ticks, user and system together. */
  readonly ticks: number;
  /** The same of children that have ended and were waited for. */
  readonly childTicks: number;
  /** After boot, in clock ticks. */
  readonly started: number;
}

/** Reads it; null for what is none. The name may hold anything, so the last parenthesis ends it. */
export function parseStat(text: string): Stat | null {
  const end = text.lastIndexOf(')');
  const name = text.slice(text.indexOf('(') + 1, end);
  const fields = text.slice(end + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]);
  const stat = {
    ...{ parent: at(4), name, state: fields[0] ?? '' },
    ...{ ticks: at(14) + at(15), childTicks: at(16) + at(17), started: at(22) },
  };
  const numbers = [stat.parent, stat.ticks, stat.childTicks, stat.started];
  return end < 0 || !numbers.every(Number.isSafeInteger) ? null : stat;
}

/** Ticks of a second in whatever the kernel tells: USER_HZ, 100 on all that Node runs on. */
export const ticksPerSecond = 100;

/** Splits /proc/PID/cmdline. The last argument may be cut off. */
export function argumentsIn(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** What the kernel told a program at its start that concerns its own registration. */
export interface Vector {
  /** AT_FLAGS has AT_FLAGS_PRESERVE_ARGV0 (Linux 5.12): the caller's argv[0] follows the path. */
  readonly preserved: boolean;
  /** AT_EXECFD is there: the kernel has opened the program, by an entry with O or C. */
  readonly opened: boolean;
}

/** Reads /proc/PID/auxv, given as bytes of this host; null where there is nothing in it. */
export function parseAuxv(
  bytes: Uint8Array,
  host: { class: 32 | 64; data: 'little' | 'big' },
): Vector | null {
  const word = host.class / 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = host.data === 'little';
  const read = (at: number): number =>
    word === 8 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const found = new Map<number, number>();
  for (let at = 0; at + 2 * word <= bytes.byteLength; at += 2 * word) found.set(read(at), read(at + word));
  if (found.size === 0) return null;
  return { preserved: ((found.get(atFlags) ?? 0) & 1) === 1, opened: found.has(atExecfd) };
}

// linux/auxvec.h
const atExecfd = 2;
const atFlags = 8;

/** Files that a process has mapped to run code from, by /proc/PID/maps as a byte string; each once. */
export function executedFiles(maps: string): readonly string[] {
  const files = new Set<string>();
  for (const line of maps.split('\n')) {
    const [, path] = /^[0-9a-f]+-[0-9a-f]+ ..x. [0-9a-f]+ \S+ [1-9]\d* +(\/.*)$/s.exec(line) ?? [];
    if (path !== undefined) files.add(withoutDeleted(path.replace(/\\012/g, '\n')));
  }
  return [...files];
}

/** The kernel puts it behind the path of a file that has no name any more. */
export function withoutDeleted(path: string): string {
  return path.replace(/ \(deleted\)$/, '');
}
