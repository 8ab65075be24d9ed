import type { ElfHeader } from '../kernel/elf.ts';

/** What e_flags say where they tell programs of one machine apart; `other` where nothing is known of them. */
export type ElfFlags =
  | {
      readonly of: 'arm';
      readonly eabi: number;
      readonly float: 'hard' | 'soft' | null;
      readonly be8: boolean;
    }
  | { readonly of: 'mips'; readonly abi: MipsAbi; readonly level: string; readonly nan2008: boolean }
  | {
      readonly of: 'riscv';
      readonly float: 'soft' | 'single' | 'double' | 'quad';
      readonly compressed: boolean;
    }
  | { readonly of: 'ppc64'; readonly elf: 1 | 2 | null }
  | {
      readonly of: 'loongarch';
      readonly float: 'soft' | 'single' | 'double' | null;
      readonly objectAbi: number;
    }
  | { readonly of: 'other' };

export type MipsAbi = 'o32' | 'o64' | 'n32' | 'n64' | 'eabi32' | 'eabi64' | null;

/** Reads them by the psABI of each machine. */
export function elfFlags(header: ElfHeader): ElfFlags {
  const { flags } = header;
  switch (header.machine) {
    case 40:
      return {
        of: 'arm',
        eabi: flags >>> 24,
        float: flags & 0x400 ? 'hard' : flags & 0x200 ? 'soft' : null,
        be8: (flags & 0x80_0000) !== 0,
      };
    case 8:
      return {
        of: 'mips',
        abi: mipsAbi(header),
        level: mipsLevels[flags >>> 28] ?? 'unknown',
        nan2008: (flags & 0x400) !== 0,
      };
    case 243:
      return { of: 'riscv', float: riscvFloats[(flags >>> 1) & 3] ?? 'soft', compressed: (flags & 1) !== 0 };
    case 21:
      return { of: 'ppc64', elf: ([null, 1, 2, null] as const)[flags & 3] ?? null };
    case 258:
      return { of: 'loongarch', float: loongarchFloats[flags & 7] ?? null, objectAbi: (flags >>> 6) & 3 };
    default:
      return { of: 'other' };
  }
}

function mipsAbi({ flags, class: elfClass }: ElfHeader): MipsAbi {
  if (flags & 0x20) return 'n32';
  const given = ([null, 'o32', 'o64', 'eabi32', 'eabi64'] as const)[(flags >>> 12) & 0xf] ?? null;
  // IRIX and some old toolchains leave the bits clear in o32 files.
  return given ?? (elfClass === 64 ? 'n64' : 'o32');
}

const mipsLevels = [
  ...['mips1', 'mips2', 'mips3', 'mips4', 'mips5', 'mips32', 'mips64'],
  ...['mips32r2', 'mips64r2', 'mips32r6', 'mips64r6'],
];

const riscvFloats = ['soft', 'single', 'double', 'quad'] as const;

const loongarchFloats = [null, 'soft', 'single', 'double'] as const;
