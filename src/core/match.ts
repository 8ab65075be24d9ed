import type { Matcher } from './registration.ts';
import { headerSize } from './registration.ts';

/**
 * Decides as the kernel does whether an entry matches a file: by the file's first 256 bytes (zero padded
 * where it has fewer), or by what follows the last dot of its name. Without a file name no extension
 * matches.
 */
export function matchesHeader(matcher: Matcher, header: Uint8Array, fileName?: string): boolean {
  if (matcher.kind === 'extension') return matchesName(matcher.extension, fileName ?? '');
  const { offset, magic, mask } = matcher;
  if (offset + magic.length > headerSize) return false;
  return magic.every((byte, at) => (((header[offset + at] ?? 0) ^ byte) & (mask[at] ?? 0)) === 0);
}

/** Tells whether some file could match both, so that their order matters. */
export function overlaps(a: Matcher, b: Matcher): boolean {
  if (a.kind === 'extension') return b.kind === 'magic' || a.extension === b.extension;
  if (b.kind === 'extension') return true;
  return positions(a, b).every(([one, other]) => ((one.bits ^ other.bits) & one.mask & other.mask) === 0);
}

/**
 * Tells whether `a` matches strictly fewer files than `b`, all of which `b` matches too; never so for
 * extensions.
 */
export function isMoreSpecific(a: Matcher, b: Matcher): boolean {
  if (a.kind === 'extension' || b.kind === 'extension') return false;
  const pairs = positions(a, b);
  const within = pairs.every(
    ([one, other]) => (other.mask & ~one.mask) === 0 && ((one.bits ^ other.bits) & other.mask) === 0,
  );
  return within && pairs.some(([one, other]) => (one.mask & ~other.mask) !== 0);
}

function matchesName(extension: string, fileName: string): boolean {
  const dot = fileName.lastIndexOf('.');
  return dot >= 0 && fileName.slice(dot + 1) === extension;
}

type Magic = Matcher & { readonly kind: 'magic' };
type Position = { readonly bits: number; readonly mask: number };

function positions(a: Magic, b: Magic): readonly (readonly [Position, Position])[] {
  const start = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.magic.length, b.offset + b.magic.length);
  return Array.from({ length: end - start }, (_, at) => [position(a, start + at), position(b, start + at)]);
}

function position({ offset, magic, mask }: Magic, at: number): Position {
  return { bits: magic[at - offset] ?? 0, mask: mask[at - offset] ?? 0 };
}
