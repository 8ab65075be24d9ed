import type { Binary, PeBinary } from './binary.ts';
import { type Begun, bytesAt, has, type Reading, viewOf } from './reading.ts';

/** Reads a file that begins with MZ: one of Windows, .NET or EFI, or of DOS. */
export function* windowsBinary(begun: Begun): Reading<Binary> {
  const { head, size } = begun;
  if (head.length < 64) return { kind: 'damaged', of: 'pe', by: 'cut' };
  const at = viewOf(head).getUint32(0x3c, true);
  const bytes = yield* bytesAt(begun, { offset: at, length: 512 });
  if (!has(bytes, 'PE\0\0')) {
    const format = (['NE', 'LE', 'LX'] as const).find((format) => has(bytes, format));
    // A program of DOS has anything there, and a PE file that was cut short nothing.
    if (
      format === undefined &&
      size !== null &&
      at >= size &&
      at < 0x10_000 &&
      has(head, 'This program', 0x4e)
    )
      return { kind: 'damaged', of: 'pe', by: 'cut' };
    return { kind: 'dos', format: format ?? 'MZ' };
  }
  return peOf(bytes) ?? { kind: 'damaged', of: 'pe', by: 'cut' };
}

/** By the COFF header (at 4) and the optional header (at 24). */
function peOf(bytes: Uint8Array): PeBinary | null {
  if (bytes.length < 24 + 70) return null;
  const view = viewOf(bytes);
  const wide = view.getUint16(24, true) === 0x20b;
  const machine = view.getUint16(4, true);
  const directories = 24 + (wide ? 112 : 96);
  const cli = directories + 14 * 8;
  const many = directories <= bytes.length ? view.getUint32(directories - 4, true) : 0;
  return {
    kind: 'pe',
    machine,
    machineName: nameOf(machine),
    bits: wide ? 64 : 32,
    dotnet: many > 14 && cli + 8 <= bytes.length && view.getUint32(cli, true) !== 0,
    library: (view.getUint16(22, true) & 0x2000) !== 0,
    subsystem: subsystems[view.getUint16(24 + 68, true)] ?? 'other',
  };
}

/** .NET's precompiled assemblies have the number mixed with one for their system: Linux, macOS, FreeBSD, NetBSD. */
function nameOf(machine: number): string | null {
  const mixed = [0, 0x7b79, 0x4644, 0xadc4, 0x1993];
  return mixed.map((system) => machines[machine ^ system]).find((name) => name !== undefined) ?? null;
}

const machines: Readonly<Record<number, string>> = {
  332: 'i386',
  358: 'mips',
  418: 'sh3',
  422: 'sh4',
  448: 'arm',
  450: 'thumb',
  452: 'armnt',
  496: 'powerpc',
  512: 'ia64',
  3772: 'efi-bytecode',
  20530: 'riscv32',
  20580: 'riscv64',
  25138: 'loongarch32',
  25188: 'loongarch64',
  34404: 'amd64',
  42561: 'arm64ec',
  43620: 'arm64',
};

const subsystems: Readonly<Record<number, PeBinary['subsystem']>> = {
  1: 'native',
  2: 'gui',
  3: 'console',
  10: 'efi',
  11: 'efi',
  12: 'efi',
  13: 'efi',
};
