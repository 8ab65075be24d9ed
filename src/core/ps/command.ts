import type { Vector } from './proc.ts';

/** What is known of how an interpreter was started. */
export interface Start {
  readonly argv: readonly string[];
  /** null where it may not be read. */
  readonly vector: Vector | null;
  /** Of the entry; null where nobody knows. */
  readonly flags: string | null;
}

/**
 * The command line of the emulated program as whoever called it knows it, from that of its interpreter: the kernel
 * writes `interpreter path arguments…`, with P `interpreter path argv0 arguments…`; whoever calls an emulator by hand writes options in
 * between. Empty where it is not to be had.
 */
export function emulatedCommand({ argv, vector, flags }: Start): readonly string[] {
  const [interpreter = '', ...rest] = argv;
  const handed = vector?.opened !== true && vector?.preserved !== true && rest[0]?.startsWith('-') === true;
  if (handed) return byHand(rest);
  const [path, argv0, ...others] = rest;
  if (path === undefined) return [];
  // Debian's wrappers with this name ask QEMU for it by their own name (binfmt-P), whatever the kernel is.
  const preserves = vector?.preserved ?? (flags?.includes('P') === true || interpreter.endsWith('-P'));
  if (!preserves || argv0 === undefined) return rest;
  return [argv0 === '' ? path : argv0, ...others];
}

/** QEMU's options of user mode that take a word; the others take none (linux-user/main.c, up to 11). */
const withValue: ReadonlySet<string> = new Set(
  '0 g L s cpu E U r B R d dfilter D p seed plugin tb-size t trace'.split(' '),
);

function byHand(words: readonly string[]): readonly string[] {
  let argv0: string | undefined;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    const option = word.replace(/^--?/, '');
    if (!withValue.has(option)) continue;
    at += 1;
    if (option === '0') argv0 = words[at];
  }
  const [path, ...others] = words.slice(at);
  return path === undefined ? [] : [argv0 ?? path, ...others];
}
