import type { ProgramHeader } from '../kernel/elf.ts';
import { type Begun, bytesAt, has, type Reading, stringIn, viewOf } from './reading.ts';

/** The ISA string of a RISC-V program, by its attributes' segment; null where it has none. */
export function* riscvExtensions(
  begun: Begun,
  list: readonly ProgramHeader[] | null,
): Reading<string | null> {
  const found = list?.find(({ type }) => type === ptRiscvAttributes);
  if (found === undefined) return null;
  const bytes = yield* bytesAt(begun, { offset: found.offset, length: Math.min(found.fileSize, mostBytes) });
  // 'A', length of the vendor's part, its name, then a sub-section for the whole file (1) with its length.
  const start = 1 + 4 + vendor.length;
  if (bytes[0] !== 0x41 || !has(bytes, vendor, 5) || bytes[start] !== 1 || bytes.length < start + 5)
    return null;
  const end = Math.min(bytes.length, start + viewOf(bytes).getUint32(start + 1, true));
  for (let at = start + 5; at < end; ) {
    const tag = number(bytes, at);
    if (tag.value === tagArch) return stringIn(bytes, tag.next, end);
    // Odd tags have a string, even ones a number.
    at = tag.value % 2 === 1 ? afterString(bytes, tag.next) : number(bytes, tag.next).next;
  }
  return null;
}

const ptRiscvAttributes = 0x7000_0003;
const vendor = 'riscv\0';
const tagArch = 5;
const mostBytes = 8192;

function afterString(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(0, from);
  return end < 0 ? bytes.length : end + 1;
}

/** ULEB128; longer ones than four bytes mean nothing here. */
function number(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } {
  let value = 0;
  let at = from;
  for (let shift = 0; shift < 28; shift += 7, at += 1) {
    const byte = bytes[at] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { value, next: at + 1 };
}
