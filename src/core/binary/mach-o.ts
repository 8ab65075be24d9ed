import type { Binary, MachBinary, MachPart } from './binary.ts';
import { viewOf } from './reading.ts';

/** Reads a file of macOS, or a Java class, which begins as a universal file does; null for any other. */
export function machOrJava(head: Uint8Array): Binary | null {
  if (head.length < 8) return null;
  const view = viewOf(head);
  const magic = view.getUint32(0);
  if (magic === 0xcafebabe || magic === 0xcafebabf) return universalOrJava(view, magic === 0xcafebabf);
  const little = magic === 0xcefaedfe || magic === 0xcffaedfe;
  if (!little && magic !== 0xfeedface && magic !== 0xfeedfacf) return null;
  if (head.length < 16) return { kind: 'damaged', of: 'mach-o', by: 'cut' };
  const form = forms[view.getUint32(12, little)] ?? 'other';
  return { kind: 'mach-o', universal: false, parts: [partOf(view.getUint32(4, little))], form };
}

/** A class has its version there, which begins at 45; there are no 45 architectures. */
function universalOrJava(view: DataView, wide: boolean): Binary {
  const count = view.getUint32(4);
  if (!wide && count >= 45) return { kind: 'code', format: 'java-class' };
  if (count === 0 || count >= 45) return { kind: 'damaged', of: 'mach-o', by: 'header' };
  const size = wide ? 32 : 20;
  if (8 + count * size > view.byteLength) return { kind: 'damaged', of: 'mach-o', by: 'cut' };
  const parts = Array.from({ length: count }, (_, at) => partOf(view.getUint32(8 + at * size)));
  return { kind: 'mach-o', universal: true, parts, form: null };
}

function partOf(cpu: number): MachPart {
  return { cpu, name: cpus[cpu] ?? null };
}

const cpus: Readonly<Record<number, string>> = {
  7: 'i386',
  12: 'arm',
  18: 'ppc',
  16777223: 'x86_64',
  16777228: 'arm64',
  16777234: 'ppc64',
  33554444: 'arm64_32',
};

const forms: Readonly<Record<number, MachBinary['form']>> = {
  1: 'object',
  2: 'executable',
  6: 'library',
  8: 'library',
};
