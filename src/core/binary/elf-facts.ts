import type { ElfHeader } from '../kernel/elf.ts';
import type { ElfLinks } from './elf-dynamic.ts';
import type { ElfFlags } from './elf-flags.ts';
import type { ElfNotes } from './elf-notes.ts';
import type { ElfSystem } from './elf-system.ts';

/** An ELF file: what chooses its handler, and what it asks of whoever runs it. */
export interface ElfBinary {
  readonly kind: 'elf';
  readonly header: ElfHeader;
  /** The catalogue's row by class, data, machine and MIPS' ABI; null where no emulator of the catalogue runs it. */
  readonly target: string | null;
  /** The registry's name of e_machine without `EM_`; null where there is none. */
  readonly machineName: string | null;
  /** Whose system calls it makes, as far as EI_OSABI and its notes tell; most programs for Linux say nothing. */
  readonly system: ElfSystem | null;
  readonly flags: ElfFlags;
  readonly form: ElfForm;
  /** Whether it asks for a loader (PT_INTERP); null where its program headers were not to be had. */
  readonly linkage: 'static' | 'dynamic' | null;
  /** The loader that it asks for, as it stands there; null also where it lies in a part that was not to be had. */
  readonly loader: string | null;
  /** What its dynamic section says; null where it has none or that was not asked. */
  readonly links: ElfLinks | null;
  readonly notes: ElfNotes;
  /** RISC-V's ISA string, `rv64i2p1_m2p0_...`. */
  readonly extensions: string | null;
  /** Of an AppImage: its type, which stands where EI_ABIVERSION is, so that handlers pass it by. */
  readonly appImage: number | null;
  /** What makes the kernel refuse it, or run it into nothing. */
  readonly defect: ElfDefect | null;
  /** How many bytes its segments have beyond the end of the file: it was cut short. */
  readonly missing: number;
}

/** `shared-object`: ET_DYN without a sign that it is a program, though the kernel would start it. */
export type ElfForm =
  | 'executable'
  | 'pie'
  | 'static-pie'
  | 'shared-object'
  | 'relocatable'
  | 'core'
  | 'other';

export type ElfDefect =
  /** None, or of a size that the kernel does not take. */
  | 'no-program-headers'
  | 'program-headers-cut'
  /** The loader's path is empty, too long, without its NUL or beyond the end of the file. */
  | 'bad-loader-path'
  /** Nothing of it would come into memory. */
  | 'nothing-to-load';
