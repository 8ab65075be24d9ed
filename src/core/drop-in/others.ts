import { resolvePlatform } from '../platforms/platforms.ts';
import { shellWord } from '../text/shell-word.ts';

/** Options of QEMU's script that are not served here: they write files for other tools. */
export const others = {
  systemd: { takesValue: true },
  debian: { takesValue: false },
  exportdir: { takesValue: true },
  'qemu-suffix': { takesValue: true },
} as const;

/** One of them. */
export type OtherName = keyof typeof others;

/**
 * What to say of those that were given; `rest` is what else stands in the line. Each fault ends with the line to use:
 * the last is all that docker/setup-qemu-action shows.
 */
export function answerOthers(
  given: ReadonlyMap<OtherName, string>,
  rest: readonly string[],
): { readonly faults: readonly string[]; readonly notes: readonly string[] } {
  const suffix = given.get('qemu-suffix');
  const needless = suffix !== undefined && usualSuffixes.has(suffix);
  const line = lineOf(given.get('systemd') ?? '', rest)
    .map(shellWord)
    .join(' ');
  return {
    notes: needless ? ['--qemu-suffix is not needed: emulators are found with and without -static'] : [],
    faults: [...given.keys()].flatMap((name) =>
      name === 'qemu-suffix' && needless ? [] : [`--${name}: ${why[name]}; write: ${line}`],
    ),
  };
}

const usualSuffixes: ReadonlySet<string> = new Set(['', '-static']);

const why: Readonly<Record<OtherName, string>> = {
  systemd: 'writes files for systemd-binfmt, here entries are registered at once',
  debian: 'writes files for update-binfmts, here entries are registered at once',
  exportdir: 'is for files of other tools, and none are written here',
  'qemu-suffix': 'emulators are found as qemu-TARGET and qemu-TARGET-static only',
};

/** The same wish in words that are served: one CPU behind `--systemd` is one platform. */
function lineOf(cpu: string, rest: readonly string[]): readonly string[] {
  if (cpu !== '' && 'target' in resolvePlatform(cpu) && !rest.some((word) => /^--?(un)?install/.test(word)))
    return [...rest, '--install', cpu];
  return rest.length === 0 ? ['--reset', '-p', 'yes'] : rest;
}
