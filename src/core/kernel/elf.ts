/** The facts of an ELF header (System V gABI) that choose a handler or lead to the program headers. */
export interface ElfHeader {
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
  readonly osabi: number;
  readonly abiVersion: number;
  /** e_type: 2 is ET_EXEC, 3 is ET_DYN. */
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  /** Address at which it begins to run; 0 in most shared objects. */
  readonly entry: number;
  /** Offset of the program headers in the file, in bytes. */
  readonly phoff: number;
  readonly phentsize: number;
  readonly phnum: number;
}

/** One program header, as far as it is of use here; offset and size in bytes of the file. */
export interface ProgramHeader {
  readonly type: number;
  readonly offset: number;
  /** Where it goes in memory, before any base is added. */
  readonly address: number;
  readonly fileSize: number;
}

/** The beginning of a program that is there. */
export interface ProgramFile {
  readonly path: string;
  /** At most the first 256 bytes, which is what the kernel matches. */
  readonly header: Uint8Array;
}

/** What a header is made from; whatever is left out is what linkers write. */
export type ElfFacts = Pick<ElfHeader, 'class' | 'data' | 'machine'> & Partial<ElfHeader>;

/** Where a class keeps the fields whose place depends on it. */
export const elfLayout = {
  32: {
    ehsize: 52,
    phentsize: 32,
    entry: 24,
    phoff: 28,
    flags: 36,
    ehsizeAt: 40,
    phentsizeAt: 42,
    phnumAt: 44,
  },
  64: {
    ehsize: 64,
    phentsize: 56,
    entry: 24,
    phoff: 32,
    flags: 48,
    ehsizeAt: 52,
    phentsizeAt: 54,
    phnumAt: 56,
  },
} as const;

/** Reads the header at the start of a file; null where it is not ELF, or cut short. */
export function readElfHeader(bytes: Uint8Array): ElfHeader | null {
  const elfClass = bytes[4] === 1 ? 32 : 64;
  const layout = elfLayout[elfClass];
  if (bytes.length < layout.ehsize || !ident.every((byte, at) => bytes[at] === byte)) return null;
  if (![1, 2].includes(bytes[4] ?? 0) || ![1, 2].includes(bytes[5] ?? 0)) return null;
  const little = bytes[5] === 1;
  const view = viewOf(bytes);
  return {
    class: elfClass,
    data: little ? 'little' : 'big',
    osabi: view.getUint8(7),
    abiVersion: view.getUint8(8),
    type: view.getUint16(16, little),
    machine: view.getUint16(18, little),
    flags: view.getUint32(layout.flags, little),
    entry: readWord(view, layout.entry, elfClass, little),
    phoff: readWord(view, layout.phoff, elfClass, little),
    phentsize: view.getUint16(layout.phentsizeAt, little),
    phnum: view.getUint16(layout.phnumAt, little),
  };
}

/** Builds the header of an executable, to ask the matching code about files that are not at hand. */
export function elfHeader(facts: ElfFacts): Uint8Array {
  const layout = elfLayout[facts.class];
  const little = facts.data === 'little';
  const bytes = new Uint8Array(layout.ehsize);
  const view = viewOf(bytes);
  const osabi = facts.osabi ?? 0;
  bytes.set([...ident, facts.class === 32 ? 1 : 2, little ? 1 : 2, 1, osabi, facts.abiVersion ?? 0]);
  view.setUint16(16, facts.type ?? 2, little);
  view.setUint16(18, facts.machine, little);
  view.setUint32(20, 1, little);
  writeWord(view, layout.entry, facts.entry ?? 0, facts);
  writeWord(view, layout.phoff, facts.phoff ?? layout.ehsize, facts);
  view.setUint32(layout.flags, facts.flags ?? 0, little);
  view.setUint16(layout.ehsizeAt, layout.ehsize, little);
  view.setUint16(layout.phentsizeAt, facts.phentsize ?? layout.phentsize, little);
  view.setUint16(layout.phnumAt, facts.phnum ?? 1, little);
  return bytes;
}

/** The program headers, or null where they lie outside the bytes given or are not those of an executable. */
export function programHeaders(bytes: Uint8Array, header: ElfHeader): readonly ProgramHeader[] | null {
  const { phoff, phentsize, phnum } = header;
  // The kernel refuses every other entry size, and PN_XNUM (0xffff) is for core files.
  if (phentsize !== elfLayout[header.class].phentsize || phnum === 0 || phnum === 0xffff) return null;
  if (phoff + phentsize * phnum > bytes.length) return null;
  const view = viewOf(bytes);
  return Array.from({ length: phnum }, (_, at) => readProgramHeader(view, phoff + at * phentsize, header));
}

/** Whether an executable asks for no loader (PT_INTERP); null where the bytes given do not tell. */
export function isStatic(bytes: Uint8Array): boolean | null {
  const header = readElfHeader(bytes);
  const headers = header === null ? null : programHeaders(bytes, header);
  return headers === null ? null : !headers.some(({ type }) => type === ptInterp);
}

const ident = [0x7f, 0x45, 0x4c, 0x46] as const;
const ptInterp = 3;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readProgramHeader(view: DataView, at: number, { class: elfClass, data }: ElfHeader): ProgramHeader {
  const little = data === 'little';
  const [offset, address, fileSize] = elfClass === 32 ? [4, 8, 16] : [8, 16, 32];
  return {
    type: view.getUint32(at, little),
    offset: readWord(view, at + offset, elfClass, little),
    address: readWord(view, at + address, elfClass, little),
    fileSize: readWord(view, at + fileSize, elfClass, little),
  };
}

function readWord(view: DataView, at: number, elfClass: 32 | 64, little: boolean): number {
  return elfClass === 32 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
}

function writeWord(view: DataView, at: number, value: number, { class: elfClass, data }: ElfFacts): void {
  if (elfClass === 32) view.setUint32(at, value, data === 'little');
  else view.setBigUint64(at, BigInt(value), data === 'little');
}
