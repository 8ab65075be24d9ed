import type { Architecture } from '../../src/core/platforms/catalogue.ts';

/** Machine code and the e_flags that its linker chose. */
export interface Code {
  readonly text: Uint8Array;
  readonly flags: number;
}

const BASE = 0x10000000;

/** Where `executable` puts the code in memory, for the linker. */
export function textAddress(a: Architecture): number {
  return BASE + headersOf(a).start;
}

/** Takes the code out of a linked program; throws where there is none. */
export function codeOf(program: Uint8Array): Code {
  const { wide, half, word, address } = reader(program);
  const table = address(wide ? 40 : 32);
  const size = half(wide ? 58 : 46);
  const count = half(wide ? 60 : 48);
  const names = table + half(wide ? 62 : 50) * size;
  let text: Uint8Array | undefined;
  for (let header = table; header < table + count * size; header += size) {
    const offset = address(header + (wide ? 24 : 16));
    const name = cString(program, address(names + (wide ? 24 : 16)) + word(header));
    if (name === '.text') text = program.slice(offset, offset + address(header + (wide ? 32 : 20)));
  }
  if (text === undefined || text.length === 0) throw new Error('the program has no code');
  return { text, flags: word(wide ? 48 : 36) };
}

/**
 * The smallest executable of that code: one segment, readable and executable, headers included. It is aligned to
 * 64 KiB, the largest page of any kernel that we meet, and PT_GNU_STACK keeps the stack from being executable, to
 * which SELinux objects. No sections: the same bytes from every version of binutils.
 */
export function executable(a: Architecture, code: Code): Uint8Array {
  const { headerSize, segmentSize, start } = headersOf(a);
  const wide = a.class === 64;
  const size = start + code.text.length;
  const segment = (type: number, flags: number, address: number, length: number, align: number): Field[] => {
    const place = [0, address, address, length, length].map((value): Field => ['address', value]);
    const middle: Field[] = wide ? [[4, flags], ...place] : [...place, [4, flags]];
    return [[4, type], ...middle, ['address', align]];
  };
  const headers: Field[] = [
    ...[0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, a.data === 'little' ? 1 : 2, 1].map(
      (value): Field => [1, value],
    ),
    ...Array.from({ length: 9 }, (): Field => [1, 0]),
    [2, ET_EXEC],
    [2, a.machine],
    [4, 1],
    ...[textAddress(a), headerSize, 0].map((value): Field => ['address', value]),
    [4, code.flags],
    ...[headerSize, segmentSize, 2, 0, 0, 0].map((value): Field => [2, value]),
    ...segment(PT_LOAD, PF_R | PF_X, BASE, size, 0x10000),
    ...segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 16),
  ];
  return Buffer.concat([...headers.map((field) => encode(field, a)), code.text]);
}

/** Width in bytes, or that of an address of the class, and value. */
type Field = readonly [width: 1 | 2 | 4 | 'address', value: number];

const ET_EXEC = 2;
const [PT_LOAD, PT_GNU_STACK] = [1, 0x6474e551];
const [PF_X, PF_W, PF_R] = [1, 2, 4];

function encode([width, value]: Field, a: Architecture): Uint8Array {
  const size = width === 'address' ? a.class / 8 : width;
  const bytes = Buffer.alloc(size);
  // These two write 48 bits at most, which is more than our addresses have.
  if (a.data === 'little') bytes.writeUIntLE(value, 0, Math.min(size, 6));
  else bytes.writeUIntBE(value, Math.max(0, size - 6), Math.min(size, 6));
  return bytes;
}

function headersOf(a: Architecture) {
  const [headerSize, segmentSize] = a.class === 64 ? [64, 56] : [52, 32];
  return { headerSize, segmentSize, start: headerSize + 2 * segmentSize };
}

function reader(program: Uint8Array) {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const wide = program[4] === 2;
  const little = program[5] === 1;
  const word = (at: number) => view.getUint32(at, little);
  return {
    wide,
    half: (at: number) => view.getUint16(at, little),
    word,
    address: (at: number) => (wide ? Number(view.getBigUint64(at, little)) : word(at)),
  };
}

function cString(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, bytes.indexOf(0, at))).toString('latin1');
}
