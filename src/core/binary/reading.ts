/** A piece of a file, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/**
 * A reading of a file that asks for what it needs beyond the first bytes: whoever drives it answers each range with its
 * bytes, or fewer where the file ends. What it asks for is bounded in number and size, whatever the file says.
 */
export type Reading<T> = Generator<Range, T, Uint8Array>;

/** A file as a reading begins with it. */
export interface Begun {
  /** Its first bytes; 4096 are enough for most. */
  readonly head: Uint8Array;
  /** In bytes; null where that is not known, as of a pipe. */
  readonly size: number | null;
}

/** No more is asked for at once. */
const mostAtOnce = 65_536;

/** The bytes of a range, as many as there are. */
export function* bytesAt({ head, size }: Begun, { offset, length }: Range): Reading<Uint8Array> {
  const end = Math.min(offset + Math.min(length, mostAtOnce), size ?? Number.MAX_SAFE_INTEGER);
  if (!(offset < end) || end > Number.MAX_SAFE_INTEGER) return none;
  if (end <= head.length || (size !== null && head.length >= size)) return head.subarray(offset, end);
  return (yield { offset, length: end - offset }).subarray(0, end - offset);
}

const none = new Uint8Array();

/** A view of bytes, to read numbers from. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether these bytes stand at a place; text is compared as latin1. */
export function has(bytes: Uint8Array, text: string, at = 0): boolean {
  if (bytes.length < at + text.length) return false;
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes as a byte string, up to the first NUL. */
export function stringIn(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let at = from; at < Math.min(to, bytes.length); at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}
