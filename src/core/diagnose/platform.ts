import { readElfHeader } from '../kernel/elf.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { NativeHost } from '../native/acceptance.ts';
import { type Architecture, catalogue } from '../platforms/catalogue.ts';
import { servedMatcher } from '../platforms/catalogue-magic.ts';

/** The row of the catalogue that a file belongs to, by its first bytes; null for no ELF file, and for a machine without a row. */
export function rowOf(head: Uint8Array): Architecture | null {
  const header = readElfHeader(head);
  if (header === null) return null;
  const served = catalogue.find((row) => row.usable && matchesHeader(servedMatcher(row), head));
  return served ?? rowFor(header);
}

/** The same for an ELF machine such as the host's. */
export function rowFor({
  machine,
  class: bits,
  data,
}: Pick<NativeHost, 'machine' | 'class' | 'data'>): Architecture | null {
  return catalogue.find((r) => r.machine === machine && r.class === bits && r.data === data) ?? null;
}

/** Its OCI name, or the target where it has none. */
export function platformOf(row: Architecture): string {
  return row.platforms[0] ?? row.target;
}

/** The 32-bit companion of a host, whose programs CPU and kernel may run or not. */
export interface Sibling {
  readonly target: string;
  readonly machine: number;
  readonly class: 32;
}

/** That of this host; null where there is none. */
export function siblingFor({ machine, class: bits }: NativeHost): Sibling | null {
  return bits === 64 ? (siblings.get(machine) ?? null) : null;
}

const siblings: ReadonlyMap<number, Sibling> = new Map([
  [62, { target: 'i386', machine: 3, class: 32 }],
  [183, { target: 'arm', machine: 40, class: 32 }],
]);
