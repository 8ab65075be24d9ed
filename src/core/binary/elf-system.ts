import type { ElfNotes } from './elf-notes.ts';

/** An operating system that ELF files name. */
export type ElfSystem =
  | 'linux'
  | 'hurd'
  | 'solaris'
  | 'freebsd'
  | 'netbsd'
  | 'openbsd'
  | 'hpux'
  | 'aix'
  | 'irix'
  | 'android'
  | 'other';

/** Whose program it is; null where nothing is said, which is so of most programs for Linux. */
export function systemOf(osabi: number, { abi, names }: ElfNotes): ElfSystem | null {
  const owner = names.map((name) => owners[name]).find((system) => system !== undefined);
  if (owner !== undefined) return owner;
  if (abi !== null) return systems[abi.system] ?? 'other';
  // 64 and more belong to the machine: ARM's is 97, stand-alone programs' 255.
  return osabi === 0 || osabi >= 64 ? null : (osabis[osabi] ?? 'other');
}

const owners: Readonly<Record<string, ElfSystem>> = {
  FreeBSD: 'freebsd',
  NetBSD: 'netbsd',
  OpenBSD: 'openbsd',
  Android: 'android',
};

/** By GNU's ABI note. */
const systems: readonly ElfSystem[] = ['linux', 'hurd', 'solaris', 'freebsd', 'netbsd'];

/** By EI_OSABI. */
const osabis: Readonly<Record<number, ElfSystem>> = {
  1: 'hpux',
  2: 'netbsd',
  3: 'linux',
  4: 'hurd',
  6: 'solaris',
  7: 'aix',
  8: 'irix',
  9: 'freebsd',
  12: 'openbsd',
};
