import { ArchiveFault } from './fault.ts';
import type { Extent } from './tar-header.ts';

/** What extended headers say of the next member; later records win. Names are byte strings. */
export type Pax = ReadonlyMap<string, string>;

/** Reads `LENGTH KEY=VALUE\n` records. Those of a sparse map may repeat, and are joined by commas. */
export function readPax(bytes: Uint8Array, where: number): Pax {
  const records = new Map<string, string>();
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < all.length; ) {
    const blank = all.indexOf(0x20, at);
    const length = blank < 0 || blank - at > 9 ? Number.NaN : Number(all.toString('latin1', at, blank));
    if (!Number.isInteger(length) || at + length > all.length || at + length <= blank + 1) {
      if (all.subarray(at).every((byte) => byte === 0)) break;
      throw new ArchiveFault('damaged', `the extended header at byte ${where} cannot be read`);
    }
    const record = all.toString('latin1', blank + 1, at + length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    const before = parts.has(key) ? records.get(map) : undefined;
    if (equals > 0)
      records.set(parts.has(key) ? map : key, before === undefined ? value : `${before},${value}`);
    at += length;
  }
  return records;
}

const map = 'GNU.sparse.map';
/** Version 0.0 has a record for each number. */
const parts = new Set(['GNU.sparse.offset', 'GNU.sparse.numbytes']);

/** A sparse map of version 0: pairs of numbers with commas between; 1.0 has newlines, and the count first. */
export function extentsOf(numbers: readonly string[], where: number): readonly Extent[] {
  const values = numbers.map(Number);
  if (values.length % 2 !== 0 || values.some((n) => !Number.isSafeInteger(n) || n < 0))
    throw new ArchiveFault('damaged', `the sparse map at byte ${where} cannot be read`);
  return Array.from({ length: values.length / 2 }, (_, i) => ({
    offset: values[2 * i] ?? 0,
    length: values[2 * i + 1] ?? 0,
  }));
}

/** A record that is a size; null where there is none. */
export function numberIn(pax: Pax, key: string, where: number): number | null {
  const text = pax.get(key);
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new ArchiveFault('damaged', `the extended header at byte ${where} has no size that can be`);
  return value;
}
