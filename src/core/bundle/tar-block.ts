/** A header of a tar file, as far as bundles use it. */
export interface TarMember {
  /** As it stands there, a byte string. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other' | 'extension';
  /** Bytes that follow, without padding. */
  readonly size: number;
}

export const blockSize = 512;

/** Bytes of zeros behind a content, so that the next header begins at a block. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/** A ustar header of a file or directory of root: nothing in it depends on the machine that writes it. */
export function tarHeader(
  name: string,
  kind: 'file' | 'directory',
  facts: { readonly size: number; readonly mode: number; readonly mtime: number },
): Uint8Array {
  const block = Buffer.alloc(blockSize);
  if (Buffer.byteLength(name) > 100) throw new RangeError(`the name ${name} is too long for a bundle`);
  if (facts.size >= 8 ** 11) throw new RangeError(`${name} is too large for a bundle`);
  block.write(name, 0, 'utf8');
  const number = (value: number, at: number, digits: number) =>
    block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  number(facts.mode, 100, 7);
  number(0, 108, 7);
  number(0, 116, 7);
  number(facts.size, 124, 11);
  number(facts.mtime, 136, 11);
  block.write(kind === 'file' ? '0' : '5', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  number(0, 329, 7);
  number(0, 337, 7);
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Reads a header; null for zeros, which end the archive, a sentence for what cannot be read. */
export function readMember(block: Uint8Array): TarMember | null | string {
  if (block.every((byte) => byte === 0)) return null;
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.length);
  if (octal(bytes, 148, 8) !== sumOf(bytes)) return 'no tar header stands where one should';
  const size = octal(bytes, 124, 12);
  if (size === null) return 'a tar header has no size that can be read';
  const prefix = bytes[262] === 0 ? text(bytes, 345, 155) : '';
  const name = text(bytes, 0, 100);
  const type = String.fromCharCode(bytes[156] ?? 0);
  return { name: prefix === '' ? name : `${prefix}/${name}`, kind: kindOf(type), size };
}

function kindOf(type: string): TarMember['kind'] {
  if (type === '0' || type === '\0') return 'file';
  if (type === '5') return 'directory';
  // Only attributes and times of other tools are expected in it; a name or a size in it is refused by the reader.
  return type === 'x' || type === 'g' ? 'extension' : 'other';
}

function sumOf(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockSize; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

function octal(block: Buffer, at: number, length: number): number | null {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString('latin1', at, at + length))?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

function text(block: Buffer, at: number, length: number): string {
  const all = block.toString('latin1', at, at + length);
  const end = all.indexOf('\0');
  return end < 0 ? all : all.slice(0, end);
}
