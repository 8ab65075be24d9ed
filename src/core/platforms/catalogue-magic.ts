import type { Matcher } from '../kernel/registration.ts';
import type { Architecture } from './catalogue.ts';

const IDENT = { class: 4, data: 5, version: 6, osabi: 7, abiVersion: 8 } as const;
const E_TYPE = 16;
const E_MACHINE = 18;
const E_VERSION = 20;
/** Where e_flags lies in the 32-bit header, which is the only one that a quirk looks at. */
const E_FLAGS_32 = 36;
const ET_EXEC = 2;
const ET_DYN = 3;
const EF_MIPS_ABI2 = 0x20;

/** The bytes that upstream registers for a row, computed from its ELF facts and quirks. */
export function matcherOf(a: Architecture): Extract<Matcher, { kind: 'magic' }> {
  const abi2 = a.quirks.includes('mips-abi2-clear') || a.quirks.includes('mips-abi2-set');
  const size = abi2 ? E_FLAGS_32 + 4 : E_VERSION;
  const magic = header(a, ET_EXEC, 0).slice(0, size);
  const mask = new Uint8Array(size).fill(0xff, 0, E_VERSION);
  const typeOrder = a.quirks.includes('type-little-endian') ? 'little' : a.data;
  mask[IDENT.osabi] = a.quirks.includes('osabi-0-to-3') ? 0xfc : 0;
  if (a.quirks.includes('any-abi-version')) mask[IDENT.abiVersion] = 0;
  if (a.quirks.includes('data-bit-0-ignored')) mask[IDENT.data] = 0xfe;
  if (a.quirks.includes('version-bit-0-ignored')) mask[IDENT.version] = 0xfe;
  put16(magic, E_TYPE, ET_EXEC, typeOrder);
  put16(mask, E_TYPE, 0xffff & ~(ET_EXEC ^ ET_DYN), typeOrder);
  if (a.quirks.includes('machine-low-byte')) put16(mask, E_MACHINE, 0x00ff, a.data);
  if (abi2) {
    mask.fill(0xff, E_VERSION, E_VERSION + 4);
    put32(magic, E_FLAGS_32, mipsFlags(a), a.data);
    put32(mask, E_FLAGS_32, EF_MIPS_ABI2, a.data);
  }
  return { kind: 'magic', offset: 0, magic, mask };
}

/**
 * The same, and AppImages of the platform as well: they have `AI\x02` at bytes 8 to 10, which are zero in every other
 * program, so nothing but these bits is left out of the comparison.
 */
export function servedMatcher(a: Architecture): Extract<Matcher, { kind: 'magic' }> {
  const { mask, ...rest } = matcherOf(a);
  const widened = mask.map((byte, at) => byte & ~(appImage[at - IDENT.abiVersion] ?? 0));
  return { ...rest, mask: widened };
}

/** `AI` and a type of 1 to 3. */
const appImage = [0x41, 0x49, 0x03];

/**
 * Headers of real executables of a row (64 bytes; ET_EXEC and ET_DYN, each with OSABI 0 and 3, which is what GNU
 * toolchains write), to ask which entry would serve it. A usable row matches all of its own.
 */
export function sampleHeaders(a: Architecture): readonly Uint8Array[] {
  return [ET_EXEC, ET_DYN].flatMap((type) => [0, 3].map((osabi) => header(a, type, osabi)));
}

function header(a: Architecture, type: number, osabi: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const wide = a.class === 64;
  bytes.set([0x7f, 0x45, 0x4c, 0x46]);
  bytes[IDENT.class] = wide ? 2 : 1;
  bytes[IDENT.data] = a.data === 'little' ? 1 : 2;
  bytes[IDENT.version] = 1;
  bytes[IDENT.osabi] = osabi;
  put16(bytes, E_TYPE, type, a.data);
  put16(bytes, E_MACHINE, a.machine, a.data);
  put32(bytes, E_VERSION, 1, a.data);
  put32(bytes, wide ? 48 : E_FLAGS_32, mipsFlags(a), a.data);
  // e_ehsize, e_phentsize and one program header
  put16(bytes, wide ? 52 : 40, wide ? 64 : 52, a.data);
  put16(bytes, wide ? 54 : 42, wide ? 56 : 32, a.data);
  put16(bytes, wide ? 56 : 44, 1, a.data);
  return bytes;
}

function mipsFlags(a: Architecture): number {
  return a.quirks.includes('mips-abi2-set') ? EF_MIPS_ABI2 : 0;
}

function put16(bytes: Uint8Array, at: number, value: number, order: 'little' | 'big'): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(at, value, order === 'little');
}

function put32(bytes: Uint8Array, at: number, value: number, order: 'little' | 'big'): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value, order === 'little');
}
