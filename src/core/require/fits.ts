import type { Binary } from '../binary/binary.ts';
import type { ElfBinary } from '../binary/elf-facts.ts';
import type { Script } from '../binary/script.ts';
import type { Wanted } from './wanted.ts';

/** What keeps a file from running where it is wanted. */
export type Misfit =
  /** A program of another processor; null for one that no catalogue knows. */
  | { readonly why: 'platform'; readonly target: string | null }
  /** A program of another operating system. */
  | { readonly why: 'system' }
  /** It needs a later x86-64 than was asked for. */
  | { readonly why: 'level'; readonly needs: number; readonly has: number }
  /** It passes floating-point numbers in registers that the asked variant lacks. */
  | { readonly why: 'hard-float' }
  /** The kernel cannot start it, or it lacks its end. */
  | { readonly why: 'damaged'; readonly missing: number }
  | { readonly why: 'script'; readonly fault: NonNullable<Script['fault']> }
  /** It may be executed and is something else, saved as a program. */
  | { readonly why: 'no-program' };

/** `other`: nothing that anybody executes; `library`: one of another platform, which somebody may load or not. */
export type Fit = 'fits' | 'other' | 'library' | Misfit;

/** Says of a file whether it fits one of the platforms. `executable`: its mode lets somebody execute it. */
export function fitOf(
  binary: Binary,
  { name, executable }: { readonly name: string; readonly executable: boolean },
  wanted: readonly Wanted[],
): Fit {
  switch (binary.kind) {
    case 'elf':
      return elfFit(binary, wanted);
    case 'damaged':
      return { why: 'damaged', missing: 0 };
    case 'script':
      return !executable ? 'other' : binary.fault === null ? 'fits' : scriptFit(binary.fault);
    case 'pe':
      return !executable || binary.library || /\.dll$/i.test(name) ? 'other' : { why: 'system' };
    case 'mach-o':
      return binary.form === 'library' || binary.form === 'object' || !executable
        ? 'other'
        : { why: 'system' };
    case 'dos':
      return executable ? { why: 'system' } : 'other';
    case 'ape':
      return wanted.some(({ target }) => target === 'x86_64' || target === 'aarch64')
        ? 'fits'
        : { why: 'platform', target: 'x86_64' };
    case 'wasm':
    case 'empty':
    case 'packed':
    case 'text':
    case 'data':
      return executable && !hasItsName(binary, name) ? { why: 'no-program' } : 'other';
    case 'code':
      return 'other';
  }
}

function elfFit(elf: ElfBinary, wanted: readonly Wanted[]): Fit {
  if (elf.form === 'relocatable' || elf.form === 'core' || elf.form === 'other') return 'other';
  const same = wanted.filter(({ target }) => target === elf.target);
  if (elf.form === 'shared-object') return same.length === 0 ? 'library' : 'other';
  if (same.length === 0) return { why: 'platform', target: elf.target };
  if (elf.system !== null && elf.system !== 'linux' && elf.system !== 'other') return { why: 'system' };
  if (elf.defect !== null || elf.missing > 0) return { why: 'damaged', missing: elf.missing };
  return variantFit(elf, same);
}

/** The least that is asked for decides. */
function variantFit(elf: ElfBinary, wanted: readonly Wanted[]): Fit {
  const levels = wanted.map(({ variant }) => Number(variant?.slice(1) ?? (elf.target === 'x86_64' ? 1 : 99)));
  const has = Math.max(...levels);
  if (elf.target === 'x86_64') {
    const needs = elf.notes.isaLevel ?? 1;
    return needs > has ? { why: 'level', needs, has } : 'fits';
  }
  const hard = elf.flags.of === 'arm' && elf.flags.float === 'hard';
  return elf.target === 'arm' && hard && has < 6 ? { why: 'hard-float' } : 'fits';
}

/** One argument that was cut is the interpreter's affair. */
function scriptFit(fault: NonNullable<Script['fault']>): Fit {
  return fault === 'argument-cut' ? 'fits' : { why: 'script', fault };
}

/** Where every file has the x bit, as on FAT, what calls itself a page or an archive is not meant to be a program. */
function hasItsName(binary: Binary, name: string): boolean {
  switch (binary.kind) {
    case 'packed':
      return packedNames.test(name);
    case 'wasm':
      return /\.(wasm|wat)$/i.test(name);
    // Shells run it, and who executes data has an entry for it.
    case 'text':
      return binary.form === 'plain' || /\.[a-z][a-z0-9]{0,7}$/i.test(name);
    case 'empty':
      return /\.[a-z][a-z0-9]{0,7}$/i.test(name) || /(^|\/)\.[^/]*$/.test(name);
    default:
      return binary.kind !== 'data' || !binary.zeros;
  }
}

const packedNames =
  /\.(zip|jar|war|whl|egg|apk|xpi|docx|xlsx|pptx|od[tsp]|gz|tgz|bz2|tbz2?|xz|txz|zst|tzst|lz4|7z|tar|deb|rpm|a|lib|cpio|img|squashfs|sqsh|xar|pkg|crate|gem|nupkg|vsix|epub|kmz|ipa|aar)$/i;
