import {
  type ElfHeader,
  elfLayout,
  type ProgramHeader,
  programHeaders,
  readElfHeader,
} from '../kernel/elf.ts';
import { catalogue } from '../platforms/catalogue.ts';
import type { Binary } from './binary.ts';
import { type ElfLinks, elfLinks } from './elf-dynamic.ts';
import type { ElfDefect, ElfForm } from './elf-facts.ts';
import { elfFlags } from './elf-flags.ts';
import { elfMachineName } from './elf-machines.ts';
import { type ElfNotes, elfNotes } from './elf-notes.ts';
import { systemOf } from './elf-system.ts';
import { type Begun, bytesAt, type Reading, stringIn } from './reading.ts';
import { riscvExtensions } from './riscv-attributes.ts';

/** How much is wanted: what tells the platform, or everything. */
export type Depth = 'platform' | 'full';

/** Reads it as far as it goes. */
export function* elfBinary(begun: Begun, depth: Depth): Reading<Binary> {
  const header = readElfHeader(begun.head);
  if (header === null) return { kind: 'damaged', of: 'elf', by: isCut(begun) ? 'cut' : 'header' };
  const parts = yield* segmentsOf(begun, header);
  const { list } = parts;
  const interp = yield* loaderOf(begun, list);
  const full = depth === 'full' && list !== null;
  const links = full || header.type === etDyn ? yield* elfLinks(begun, header, list ?? [], full) : null;
  const notes = list === null ? noNotes : yield* elfNotes(begun, header, list);
  const defect = parts.defect ?? interp.defect ?? (isProgram(header) ? nothingToLoad(list) : null);
  return {
    kind: 'elf',
    header,
    target: targetOf(header),
    machineName: elfMachineName(header.machine),
    system: systemOf(header.osabi, notes),
    flags: elfFlags(header),
    form: formOf(header, interp.loader, links),
    linkage: list === null ? null : interp.asked ? 'dynamic' : 'static',
    loader: interp.loader,
    links: full ? links : null,
    notes,
    extensions: full && header.machine === riscv ? yield* riscvExtensions(begun, list) : null,
    appImage: appImageOf(begun.head),
    defect,
    missing: missingOf(begun, list ?? []),
  };
}

const riscv = 243;
const etDyn = 3;
const segment = { load: 1, interp: 3 } as const;
const noNotes: ElfNotes = { isaLevel: null, abi: null, names: [] };

/** The kernel reads no table that is larger. */
const largestTable = 65_536;

function isCut({ head }: Begun): boolean {
  const size = elfLayout[head[4] === 1 ? 32 : 64].ehsize;
  return head.length < size;
}

interface Segments {
  readonly list: readonly ProgramHeader[] | null;
  readonly defect: ElfDefect | null;
}

function* segmentsOf(begun: Begun, header: ElfHeader): Reading<Segments> {
  if (!isProgram(header)) return { list: null, defect: null };
  const { phoff, phnum, phentsize } = header;
  const size = phnum * phentsize;
  if (size === 0 || size > largestTable || phentsize !== elfLayout[header.class].phentsize)
    return { list: null, defect: 'no-program-headers' };
  const table = yield* bytesAt(begun, { offset: phoff, length: size });
  const list = programHeaders(table, { ...header, phoff: 0 });
  return { list, defect: list === null && endsBefore(begun, phoff + size) ? 'program-headers-cut' : null };
}

interface Interp {
  readonly asked: boolean;
  readonly loader: string | null;
  readonly defect: ElfDefect | null;
}

/** The kernel takes the first PT_INTERP. */
function* loaderOf(begun: Begun, list: readonly ProgramHeader[] | null): Reading<Interp> {
  const asks = list?.find(({ type }) => type === segment.interp);
  if (asks === undefined) return { asked: false, loader: null, defect: null };
  const bad: Interp = { asked: true, loader: null, defect: 'bad-loader-path' };
  if (asks.fileSize < 2 || asks.fileSize > 4096) return bad;
  const path = yield* bytesAt(begun, { offset: asks.offset, length: asks.fileSize });
  if (path.length < asks.fileSize)
    return endsBefore(begun, asks.offset + asks.fileSize) ? bad : { asked: true, loader: null, defect: null };
  if (path.at(-1) !== 0) return bad;
  return { asked: true, loader: stringIn(path), defect: null };
}

/** What was not to be had may be there all the same: of a pipe or a compressed archive only the beginning is at hand. */
function endsBefore({ size }: Begun, end: number): boolean {
  return size !== null && end > size;
}

function isProgram({ type }: ElfHeader): boolean {
  return type === 2 || type === 3;
}

function formOf({ type }: ElfHeader, loader: string | null, links: ElfLinks | null): ElfForm {
  if (type === 3) {
    if (loader === null) return links?.pie === true ? 'static-pie' : 'shared-object';
    // Linkers before 2.26 did not say that it is one; a library that can be started has a name for others.
    return links !== null && !links.pie && links.named ? 'shared-object' : 'pie';
  }
  return ({ 1: 'relocatable', 2: 'executable', 4: 'core' } as const)[type] ?? 'other';
}

/** The row that its bytes mean; MIPS' two 32-bit ABIs differ in e_flags alone. */
function targetOf(header: ElfHeader): string | null {
  const n32 = (header.flags & 0x20) !== 0;
  const row = catalogue.find(
    (row) =>
      row.machine === header.machine &&
      row.class === header.class &&
      row.data === header.data &&
      !row.quirks.includes(n32 ? 'mips-abi2-clear' : 'mips-abi2-set'),
  );
  return row?.target ?? null;
}

function appImageOf(head: Uint8Array): number | null {
  const type = head[10] ?? 0;
  return head[8] === 0x41 && head[9] === 0x49 && type >= 1 && type <= 3 ? type : null;
}

function nothingToLoad(list: readonly ProgramHeader[] | null): ElfDefect | null {
  return list?.some(({ type }) => type === segment.load) === false ? 'nothing-to-load' : null;
}

function missingOf({ size }: Begun, list: readonly ProgramHeader[]): number {
  if (size === null) return 0;
  const ends = list
    .filter(({ type }) => type === segment.load)
    .map(({ offset, fileSize }) => offset + fileSize);
  return Math.max(0, ...ends.map((end) => end - size));
}
