import { elfLayout } from '../kernel/elf.ts';
import type { NativeHost } from '../native/acceptance.ts';

/** What binfmt_elf makes of a file, before it maps any of it. */
export type ElfLoad =
  /** No ELF file, or one for another machine: the kernel goes on to what else it knows. */
  | { readonly kind: 'not-ours' }
  /** For this machine, but refused. */
  | { readonly kind: 'refused'; readonly errno: 'ENOEXEC' | 'EIO' | 'EINVAL'; readonly why: string }
  | {
      readonly kind: 'program';
      readonly bits: 32 | 64;
      /** The ELF loader that it asks for, a byte string; null for a static one. */
      readonly loader: string | null;
      /** Where the last segment that is mapped ends in the file. */
      readonly end: number;
    };

/** Bytes of the file from an offset on, fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/**
 * Reads a file as load_elf_binary() of fs/binfmt_elf.c does, with its checks in its order. It never looks at EI_CLASS and
 * EI_DATA: e_machine, which it reads in its own order, decides alone, and the rest is read as the host's own layout.
 */
export function loadElf(read: ReadAt, host: NativeHost): ElfLoad {
  const head = read(0, 64);
  // The kernel's buffer is padded with zeros.
  const bytes = new Uint8Array(64);
  bytes.set(head);
  if (![0x7f, 0x45, 0x4c, 0x46].every((byte, at) => bytes[at] === byte)) return notOurs;
  const little = host.data === 'little';
  const view = new DataView(bytes.buffer);
  const type = view.getUint16(16, little);
  const machine = view.getUint16(18, little);
  const bits = bitsFor(machine, host);
  if (bits === null) return notOurs;
  if (type !== ET_EXEC && type !== ET_DYN)
    return refused('ENOEXEC', type === ET_REL ? 'it is an object file (ET_REL)' : `its e_type is ${type}`);
  const headers = readHeaders(read, view, bits, little);
  if (typeof headers === 'string') return refused('ENOEXEC', headers);
  const interp = headers.find((h) => h.type === PT_INTERP);
  const loads = headers.filter((h) => h.type === PT_LOAD);
  const end = Math.max(0, ...loads.map((h) => h.offset + h.size));
  if (interp === undefined) return { kind: 'program', bits, loader: null, end };
  if (interp.size > 4096 || interp.size < 2)
    return refused('ENOEXEC', `the path of its ELF loader would take ${interp.size} bytes`);
  // A negative number for the kernel, whose offsets have a sign.
  if (interp.offset >= 2 ** 63)
    return refused('EINVAL', 'the path of its ELF loader lies at no offset of a file');
  const path = read(interp.offset, interp.size);
  if (path.length < interp.size) return refused('EIO', 'the file ends before the path of its ELF loader');
  if (path.at(-1) !== 0) return refused('ENOEXEC', 'the path of its ELF loader does not end');
  const loader = String.fromCharCode(...path.subarray(0, path.indexOf(0)));
  return { kind: 'program', bits, loader, end };
}

const notOurs: ElfLoad = { kind: 'not-ours' };
const ET_REL = 1;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
const EM_386 = 3;
const EM_486 = 6;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** elf_check_arch() and compat_elf_check_arch(). */
function bitsFor(machine: number, { machine: own, class: bits, sibling }: NativeHost): 32 | 64 | null {
  if (machine === own || (own === EM_386 && machine === EM_486)) return bits;
  if (sibling === null) return null;
  return machine === sibling.machine || (sibling.machine === EM_386 && machine === EM_486)
    ? sibling.class
    : null;
}

function readHeaders(
  read: ReadAt,
  header: DataView,
  bits: 32 | 64,
  little: boolean,
): readonly Segment[] | string {
  const layout = elfLayout[bits];
  const phentsize = header.getUint16(layout.phentsizeAt, little);
  const phnum = header.getUint16(layout.phnumAt, little);
  if (phentsize !== layout.phentsize)
    return `its program headers are said to have ${phentsize} bytes, and ${layout.phentsize} is right`;
  const size = phentsize * phnum;
  if (size === 0) return 'it has no program headers';
  // ELF_MIN_ALIGN, a page.
  if (size > 65536) return `it has ${phnum} program headers`;
  const offset =
    bits === 32 ? header.getUint32(layout.phoff, little) : Number(header.getBigUint64(layout.phoff, little));
  const bytes = Number.isSafeInteger(offset) ? read(offset, size) : new Uint8Array();
  if (bytes.length < size) return 'the file ends before its program headers do';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: phnum }, (_, at) => {
    const from = at * phentsize;
    const type = view.getUint32(from, little);
    if (bits === 32)
      return { type, offset: view.getUint32(from + 4, little), size: view.getUint32(from + 16, little) };
    const word = (place: number): number => Number(view.getBigUint64(from + place, little));
    return { type, offset: word(8), size: word(32) };
  });
}

function refused(errno: 'ENOEXEC' | 'EIO' | 'EINVAL', why: string): ElfLoad {
  return { kind: 'refused', errno, why };
}
