import type { Binary } from './binary.ts';
import { type Depth, elfBinary } from './elf-binary.ts';
import { machOrJava } from './mach-o.ts';
import { packedOrCode } from './packed.ts';
import { type Begun, has, type Range, type Reading, stringIn, viewOf } from './reading.ts';
import { readScript } from './script.ts';
import { textForm } from './text.ts';
import { windowsBinary } from './windows.ts';

/**
 * Tells what a file is from its first bytes and what `read` has of others. It asks for pieces of 64 KiB at most; where
 * `read` has fewer bytes, less is known. Without it the first bytes are all there is.
 */
export function identify(
  head: Uint8Array,
  { size, depth = 'full' }: { readonly size: number | null; readonly depth?: Depth },
  read: (range: Range) => Uint8Array = () => new Uint8Array(),
): Binary {
  const reading = identifying({ head, size }, depth);
  let step = reading.next();
  while (step.done !== true) step = reading.next(read(step.value));
  return step.value;
}

/** The same as a reading, for whoever has to wait for the pieces. */
export function* identifying(begun: Begun, depth: Depth): Reading<Binary> {
  const { head } = begun;
  if (head.length === 0) return { kind: 'empty' };
  if (has(head, elf) || isStartOf(elf, head)) return yield* elfBinary(begun, depth);
  if (has(head, '#!')) return readScript(head);
  if (apes.some((ape) => has(head, ape))) return { kind: 'ape', debug: has(head, 'APEDBG') };
  if (has(head, 'MZ')) return yield* windowsBinary(begun);
  return wasmOf(head) ?? machOrJava(head) ?? packedOrCode(head) ?? plainOf(head);
}

const elf = '\x7fELF';

function isStartOf(magic: string, head: Uint8Array): boolean {
  return head.length < magic.length && magic.startsWith(String.fromCharCode(...head));
}

/** The quotation marks make them assignments of a shell script. */
const apes = ["MZqFpD='", "jartsr='", "APEDBG='"];

/** The version's upper half tells a component. */
function wasmOf(head: Uint8Array): Binary | null {
  if (!has(head, '\0asm') || head.length < 8) return null;
  const view = viewOf(head);
  const form = view.getUint16(6, true) === 1 ? 'component' : 'module';
  return { kind: 'wasm', form, version: view.getUint16(4, true) };
}

function plainOf(head: Uint8Array): Binary {
  const form = textForm(head);
  if (form === null) return { kind: 'data', zeros: head.every((byte) => byte === 0) };
  return { kind: 'text', form, firstLine: firstLineOf(head) };
}

function firstLineOf(head: Uint8Array): string {
  return stringIn(head, 0, 200).split(/[\r\n]/, 1)[0] ?? '';
}
