import type { Binary, CodeFormat, PackedFormat } from './binary.ts';
import { has } from './reading.ts';

/** What is told by the bytes at its beginning alone: archives, and code for something else than a processor. */
export function packedOrCode(head: Uint8Array): Binary | null {
  if (has(head, 'PK\x03\x04') && has(head, 'META-INF/', 30)) return { kind: 'code', format: 'jar' };
  const packed = formats.find(([magic, , at]) => has(head, magic, at));
  if (packed !== undefined) return { kind: 'packed', format: packed[1] };
  const code = codes.find(([magic]) => has(head, magic));
  if (code !== undefined) return { kind: 'code', format: code[1] };
  if (isPython(head)) return { kind: 'code', format: 'python' };
  if (has(head, 'FOR1') && has(head, 'BEAM', 8)) return { kind: 'code', format: 'erlang' };
  return isOldTar(head) ? { kind: 'packed', format: 'tar' } : null;
}

const formats: readonly (readonly [string, PackedFormat, number?])[] = [
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['PK\x07\x08', 'zip'],
  ['\x1f\x8b', 'gzip'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ\0', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['!<arch>\ndebian', 'deb'],
  ['!<arch>\n', 'ar'],
  ['!<thin>\n', 'ar'],
  ['\xed\xab\xee\xdb', 'rpm'],
  ['070701', 'cpio'],
  ['070702', 'cpio'],
  ['070707', 'cpio'],
  ['\xc7\x71', 'cpio'],
  ['\x71\xc7', 'cpio'],
  ['hsqs', 'squashfs'],
  ['sqsh', 'squashfs'],
  ['xar!', 'xar'],
  ['ustar', 'tar', 257],
];

const codes: readonly (readonly [string, CodeFormat])[] = [
  ['BC\xc0\xde', 'llvm-bitcode'],
  ['\xde\xc0\x17\x0b', 'llvm-bitcode'],
  ['dex\n0', 'dex'],
  ['\x1bLua', 'lua'],
];

/** A number of its version, then CR LF: 3.0 and later, and 2.3 to 2.7. */
function isPython(head: Uint8Array): boolean {
  const version = (head[0] ?? 0) | ((head[1] ?? 0) << 8);
  const known = (version >= 3000 && version < 4000) || (version >= 62_011 && version <= 62_215);
  return known && head[2] === 0x0d && head[3] === 0x0a && head.length >= 8;
}

/** From before POSIX: nothing tells it but the sum of its first header. */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < 512 || head[0] === 0) return false;
  const written = /^ *([0-7]{1,7})[ \0]/.exec(String.fromCharCode(...head.subarray(148, 156)))?.[1];
  if (written === undefined) return false;
  let sum = 8 * 0x20;
  for (let at = 0; at < 512; at += 1) if (at < 148 || at >= 156) sum += head[at] ?? 0;
  return sum === Number.parseInt(written, 8);
}
