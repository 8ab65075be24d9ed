import type { ElfHeader, ProgramHeader } from '../kernel/elf.ts';
import { type Begun, bytesAt, type Reading, stringIn, viewOf } from './reading.ts';

/** What the notes of a program say of where it can run. */
export interface ElfNotes {
  /** The level of x86-64 that it needs (GNU property x86 ISA needed): 1 is the baseline; null where it says nothing. */
  readonly isaLevel: 1 | 2 | 3 | 4 | null;
  /** GNU's ABI note: its system, and the oldest kernel on which its loader goes on. */
  readonly abi: { readonly system: number; readonly kernel: string } | null;
  /** The owners of its notes: `GNU`, `Go`, `FreeBSD`, `Android`. */
  readonly names: readonly string[];
}

/** Reads those that are in segments, since sections may be stripped. */
export function* elfNotes(
  begun: Begun,
  header: ElfHeader,
  list: readonly ProgramHeader[],
): Reading<ElfNotes> {
  const names = new Set<string>();
  let isaLevel: ElfNotes['isaLevel'] = null;
  let abi: ElfNotes['abi'] = null;
  for (const { offset, fileSize } of list.filter(({ type }) => type === ptNote).slice(0, mostSegments)) {
    const bytes = yield* bytesAt(begun, { offset, length: Math.min(fileSize, mostBytes) });
    for (const note of notesIn(bytes, header, fileSize)) {
      names.add(note.name);
      if (note.name !== 'GNU') continue;
      if (note.type === NT.abiTag) abi ??= abiOf(note.data, header);
      if (note.type === NT.properties && header.machine === x86_64) isaLevel ??= levelOf(note.data, header);
    }
  }
  return { isaLevel, abi, names: [...names] };
}

const ptNote = 4;
const x86_64 = 62;
const NT = { abiTag: 1, properties: 5 } as const;
/** GNU_PROPERTY_X86_ISA_1_NEEDED */
const isaNeeded = 0xc000_8002;
const mostSegments = 16;
const mostBytes = 4096;

interface Note {
  readonly name: string;
  readonly type: number;
  readonly data: Uint8Array;
}

function notesIn(bytes: Uint8Array, { class: elfClass, data }: ElfHeader, whole: number): readonly Note[] {
  const view = viewOf(bytes);
  const little = data === 'little';
  // Properties of 64-bit programs are aligned to 8 bytes and have a segment of their own; other notes to 4.
  const notes: Note[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [nameSize, size, type] = [0, 4, 8].map((field) => view.getUint32(at + field, little));
    if (nameSize === undefined || size === undefined || type === undefined) break;
    const start = at + 12 + padded(nameSize, 4);
    if (start + size > whole) break;
    notes.push({
      name: stringIn(bytes, at + 12, at + 12 + nameSize),
      type,
      data: bytes.subarray(start, start + size),
    });
    at = start + padded(size, type === NT.properties && elfClass === 64 ? 8 : 4);
  }
  return notes;
}

function abiOf(data: Uint8Array, header: ElfHeader): ElfNotes['abi'] {
  if (data.length < 16) return null;
  const view = viewOf(data);
  const [system, ...version] = [0, 4, 8, 12].map((at) => view.getUint32(at, header.data === 'little'));
  return { system: system ?? 0, kernel: version.join('.') };
}

function levelOf(data: Uint8Array, { class: elfClass, data: order }: ElfHeader): ElfNotes['isaLevel'] {
  const view = viewOf(data);
  const little = order === 'little';
  for (let at = 0; at + 8 <= data.length; ) {
    const type = view.getUint32(at, little);
    const size = view.getUint32(at + 4, little);
    if (type === isaNeeded && at + 12 <= data.length) {
      const bits = view.getUint32(at + 8, little) & 0xf;
      return bits === 0 ? null : ((32 - Math.clz32(bits)) as 1 | 2 | 3 | 4);
    }
    at += 8 + padded(size, elfClass === 64 ? 8 : 4);
  }
  return null;
}

function padded(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}
