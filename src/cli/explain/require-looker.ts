import { type Checksums, sumFor } from '../../core/require/checksums.ts';
import { fitOf } from '../../core/require/fits.ts';
import { type Rename, renameFor } from '../../core/require/renames.ts';
import { newTally, type Result, type Told } from '../../core/require/tally.ts';
import type { Wanted } from '../../core/require/wanted.ts';
import type { PlaceLooker } from '../../host/archives/look-through.ts';
import type { Seen } from '../../host/archives/seen.ts';
import { shortly } from './misfit-text.ts';

/** What files are held against. */
export interface Rules {
  readonly wanted: readonly Wanted[];
  readonly sums: Checksums | null;
  /** With any, only the files that they name are looked at: an installer takes no others. */
  readonly renames: readonly Rename[];
}

/** Holds all files of one place against the rules. */
export function createRequireLooker(
  rules: Rules,
  count: () => void,
): PlaceLooker & { readonly result: () => Result; readonly renamed: ReadonlySet<string> } {
  const tally = newTally();
  const renamed = new Set<string>();
  let layer = 0;
  const add = (path: string, told: Told, what: string): void =>
    tally.add({ path, placed: renameFor(rules.renames, path)?.to ?? null, told, what }, layer);
  const file = (seen: Seen): void => {
    count();
    const rename = renameFor(rules.renames, seen.name);
    if (rename === null && rules.renames.length > 0) return;
    if (rename !== null) renamed.add(rename.from);
    // What an installer places is made executable by it.
    const executable = seen.executable || rename !== null;
    const fit = fitOf(seen.binary, { name: seen.name, executable }, rules.wanted);
    if (fit === 'library') tally.library();
    const program = typeof fit === 'object' || fit === 'fits';
    if (program) tally.checked();
    const what = shortly(seen.binary);
    const told = typeof fit === 'object' ? fit : sumTold(seen, program, rules.sums);
    if (told !== null) add(seen.name, told, what);
  };
  return {
    wantsSum: (name) => rules.sums !== null && sumFor(rules.sums, name) !== null,
    file,
    link(name, target) {
      const found = tally.findingAt(target);
      if (found !== null) add(name, found.told, found.what);
    },
    unread: (name, why) => add(name, { why: 'unread', message: why }, ''),
    layer(number) {
      layer = number;
    },
    replaced: (path) => tally.replaced(path, layer),
    emptied: (directory) => tally.emptied(directory, layer),
    result: tally.result,
    renamed,
  };
}

function sumTold({ name, sha256 }: Seen, program: boolean, sums: Checksums | null): Told | null {
  if (sums === null) return null;
  const listed = sumFor(sums, name);
  if (listed === null || sha256 === null) return program ? { why: 'unlisted' } : null;
  return sha256 === listed ? null : { why: 'checksum', is: sha256, listed };
}
