import { bytesOf } from '../kernel/bytes.ts';
import { architectureOf } from '../platforms/catalogue.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { isGlob, parseGlob } from '../text/glob.ts';

/** One item of an `--uninstall` list. */
export interface Removal {
  readonly given: string;
  /** false for a word that means no platform: then it must be the name of an entry. */
  readonly known: boolean;
  /** What stands in the message where nothing of that name is there. */
  readonly suggestion: string | null;
  /** Whether the word or pattern fits a name (a byte string); that alone removes nothing, see `isMeant`. */
  readonly fits: (name: string) => boolean;
}

/**
 * Reads an `--uninstall` list: patterns are compared with the whole name, other words with the name or with what
 * follows one of its dashes, as tonistiigi/binfmt does; but only entries called `qemu-*` can be meant (theirs reached
 * python3.12, tonistiigi/binfmt#315).
 */
export function readRemovals(items: readonly string[]): {
  readonly removals: readonly Removal[];
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const removals = items.flatMap((given): Removal[] => {
    const removal = isGlob(given) || given === 'all' ? byPattern(given) : byName(given);
    if (removal === null)
      faults.push(
        `--uninstall: ${JSON.stringify(given)} is not a pattern: a bracket or backslash is left open`,
      );
    return removal === null ? [] : [removal];
  });
  return { removals, faults };
}

/** Whether an entry is to be removed: no other names than `qemu-*` are within reach of these spellings. */
export function isMeant(removals: readonly Removal[], name: string): boolean {
  return name.startsWith('qemu-') && removals.some((removal) => removal.fits(name));
}

function byPattern(given: string): Removal | null {
  const glob = parseGlob(bytesOf(given === 'all' ? 'qemu-*' : given));
  if (glob === null) return null;
  return { given, known: true, suggestion: null, fits: glob.matches };
}

function byName(given: string): Removal {
  const found = resolvePlatform(given);
  const target = 'target' in found ? found.target : null;
  const whole = bytesOf(given);
  const entryName = (target === null ? undefined : architectureOf(target)?.entryName) ?? whole;
  const ends = whole.startsWith('qemu-') ? [] : [`-${whole}`, ...(target === null ? [] : [`-${target}`])];
  const fits = (name: string): boolean =>
    name === whole || name === entryName || ends.some((end) => name.endsWith(end));
  const suggestion = 'suggestion' in found ? (found.suggestion ?? null) : null;
  return { given, known: target !== null, suggestion, fits };
}
