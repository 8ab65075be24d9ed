import type { ElfHeader, ProgramHeader } from '../kernel/elf.ts';
import { type Begun, bytesAt, type Reading, stringIn, viewOf } from './reading.ts';

/** What a dynamic section (PT_DYNAMIC) asks for. Names are byte strings. */
export interface ElfLinks {
  /** DT_NEEDED, in order. */
  readonly libraries: readonly string[];
  /** There are more than were read. */
  readonly more: boolean;
  readonly soname: string | null;
  /** It has a name for those that need it, whether or not names were read. */
  readonly named: boolean;
  /** DT_RPATH and DT_RUNPATH, as they stand there. */
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** DF_1_PIE: it says that it is a program. */
  readonly pie: boolean;
}

/** Reads it; without `names` only whether it is a program or a library. Null where there is none. */
export function* elfLinks(
  begun: Begun,
  header: ElfHeader,
  list: readonly ProgramHeader[],
  names: boolean,
): Reading<ElfLinks | null> {
  const dynamic = list.find(({ type }) => type === ptDynamic);
  if (dynamic === undefined) return null;
  const bytes = yield* bytesAt(begun, { offset: dynamic.offset, length: dynamic.fileSize });
  const entries = entriesOf(bytes, header);
  const valueAt = (tag: number): number | null => entries.find((entry) => entry.tag === tag)?.value ?? null;
  const pie = ((valueAt(DT.flags1) ?? 0) & DF_1_PIE) !== 0;
  const named = valueAt(DT.soname) !== null;
  const empty = { libraries: [], more: false, soname: null, named, rpath: null, runpath: null, pie };
  const table = offsetOf(valueAt(DT.strtab), list);
  if (!names || table === null) return empty;

  const nameAt = function* (at: number | null): Reading<string | null> {
    if (at === null) return null;
    const name = stringIn(yield* bytesAt(begun, { offset: table + at, length: longestName }));
    return name === '' ? null : name;
  };
  const needed = entries.filter(({ tag }) => tag === DT.needed);
  const libraries: string[] = [];
  for (const { value } of needed.slice(0, mostLibraries)) {
    const name = yield* nameAt(value);
    if (name !== null) libraries.push(name);
  }
  return {
    libraries,
    more: needed.length > mostLibraries,
    named,
    soname: yield* nameAt(valueAt(DT.soname)),
    rpath: yield* nameAt(valueAt(DT.rpath)),
    runpath: yield* nameAt(valueAt(DT.runpath)),
    pie,
  };
}

const ptDynamic = 2;
const ptLoad = 1;
const DT = { needed: 1, strtab: 5, soname: 14, rpath: 15, runpath: 29, flags1: 0x6fff_fffb } as const;
const DF_1_PIE = 0x0800_0000;
const mostLibraries = 128;
const longestName = 1024;

interface Entry {
  readonly tag: number;
  readonly value: number;
}

function entriesOf(bytes: Uint8Array, { class: elfClass, data }: ElfHeader): readonly Entry[] {
  const view = viewOf(bytes);
  const little = data === 'little';
  const size = elfClass === 64 ? 16 : 8;
  const word = (at: number): number =>
    elfClass === 64 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const entries: Entry[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    const tag = word(at);
    if (tag === 0) break;
    entries.push({ tag, value: word(at + size / 2) });
  }
  return entries;
}

/** Where in the file an address lies. */
function offsetOf(address: number | null, list: readonly ProgramHeader[]): number | null {
  if (address === null) return null;
  const within = list.find(
    (one) => one.type === ptLoad && one.address <= address && address < one.address + one.fileSize,
  );
  return within === undefined ? null : within.offset + (address - within.address);
}
