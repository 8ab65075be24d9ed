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
  // A loop and not `every`, since the planner asks this for each sample of each handler against each foreign entry;
  // from behind, since ELF headers differ in their machine and begin alike.
  for (let at = magic.length - 1; at >= 0; at -= 1) {
    if ((((header[offset + at] ?? 0) ^ (magic[at] ?? 0)) & (mask[at] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Tells whether some file could match both, so that their order matters. */
export function overlaps(a: Matcher, b: Matcher): boolean {
  if (matchesNothing(a) || matchesNothing(b)) return false;
  if (a.kind === 'extension') return b.kind === 'magic' || a.extension === b.extension;
  if (b.kind === 'extension') return true;
  const end = Math.min(a.offset + a.magic.length, b.offset + b.magic.length);
  for (let at = Math.max(a.offset, b.offset); at < end; at += 1) {
    const differ = (a.magic[at - a.offset] ?? 0) ^ (b.magic[at - b.offset] ?? 0);
    if ((differ & (a.mask[at - a.offset] ?? 0) & (b.mask[at - b.offset] ?? 0)) !== 0) return false;
  }
  return true;
}

/**
 * Tells whether every file that `behind` matches is matched by `front` as well, so that the kernel, which takes the first
 * that fits, never comes to `behind`. A matcher that no file matches is not hidden by anything.
 */
export function hides(front: Matcher, behind: Matcher): boolean {
  if (matchesNothing(front) || matchesNothing(behind)) return false;
  if (front.kind === 'extension') return behind.kind === 'extension' && front.extension === behind.extension;
  // A name says nothing of the bytes, so that only what takes every file takes all of an extension.
  if (behind.kind === 'extension') return front.mask.every((mask) => mask === 0);
  for (let at = 0; at < front.magic.length; at += 1) {
    const asked = front.mask[at] ?? 0;
    if (asked === 0) continue;
    const there = at + front.offset - behind.offset;
    if ((asked & ~(behind.mask[there] ?? 0)) !== 0) return false;
    if ((((front.magic[at] ?? 0) ^ (behind.magic[there] ?? 0)) & asked) !== 0) return false;
  }
  return true;
}

/**
 * Tells whether `a` matches strictly fewer files than `b`, all of which `b` matches too; never so for
 * extensions.
 */
export function isMoreSpecific(a: Matcher, b: Matcher): boolean {
  if (a.kind === 'extension' || b.kind === 'extension') return false;
  let narrower = false;
  const end = Math.max(a.offset + a.magic.length, b.offset + b.magic.length);
  for (let at = Math.min(a.offset, b.offset); at < end; at += 1) {
    const mine = a.mask[at - a.offset] ?? 0;
    const theirs = b.mask[at - b.offset] ?? 0;
    const differ = (a.magic[at - a.offset] ?? 0) ^ (b.magic[at - b.offset] ?? 0);
    if ((theirs & ~mine) !== 0 || (differ & theirs) !== 0) return false;
    if ((mine & ~theirs) !== 0) narrower = true;
  }
  return narrower;
}

/**
 * The kernel compares what follows the last dot of the path, so that an extension with a dot fits no file; it takes such a
 * line all the same.
 */
function matchesNothing(matcher: Matcher): boolean {
  if (matcher.kind === 'extension') return matcher.extension === '' || /[./]/.test(matcher.extension);
  return matcher.offset + matcher.magic.length > headerSize;
}

function matchesName(extension: string, fileName: string): boolean {
  const dot = fileName.lastIndexOf('.');
  return dot >= 0 && fileName.slice(dot + 1) === extension;
}
