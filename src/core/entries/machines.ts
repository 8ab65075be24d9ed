import type { NativeHost } from '../native/acceptance.ts';
import { architectureOf, catalogue } from '../platforms/catalogue.ts';
import type { ElfKind, Surroundings } from './ailment.ts';

/** Which ELF files a host runs by itself, and what others are called; `runsNatively` are targets of the catalogue. */
export function machinesOf(
  native: NativeHost,
  runsNatively: readonly string[],
): Pick<Surroundings, 'runsHere' | 'nameOf'> {
  const kinds: readonly (ElfKind | undefined)[] = [
    native,
    ...(native.sibling === null ? [] : [{ ...native.sibling, data: native.data }]),
    ...runsNatively.map(architectureOf),
  ];
  return {
    runsHere: (elf) => kinds.some((kind) => kind !== undefined && isSame(kind, elf)),
    nameOf: (elf) => catalogue.find((row) => isSame(row, elf))?.target ?? `ELF machine ${elf.machine}`,
  };
}

function isSame(a: ElfKind, b: ElfKind): boolean {
  return a.machine === b.machine && a.class === b.class && a.data === b.data;
}
