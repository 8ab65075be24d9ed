/**
 * A deviation of upstream's registration script from "compare the ELF identification, ignore EI_OSABI, accept
 * ET_EXEC and ET_DYN", kept so that our entries have the bytes that other registrars write:
 * - `any-abi-version`: EI_ABIVERSION is not compared.
 * - `data-bit-0-ignored`, `version-bit-0-ignored`: the lowest bit of EI_DATA, of EI_VERSION is not compared.
 * - `osabi-0-to-3`: EI_OSABI has to be 0 to 3.
 * - `machine-low-byte`: only the low byte of e_machine is compared.
 * - `mips-abi2-clear`, `mips-abi2-set`: e_version is 1 and EF_MIPS_ABI2 in e_flags is 0 (o32), 1 (n32).
 * - `type-little-endian`: e_type is compared in little-endian order although the file is big-endian.
 */
export type Quirk =
  | 'any-abi-version'
  | 'data-bit-0-ignored'
  | 'version-bit-0-ignored'
  | 'osabi-0-to-3'
  | 'machine-low-byte'
  | 'mips-abi2-clear'
  | 'mips-abi2-set'
  | 'type-little-endian';

/** One architecture that QEMU's user mode runs: a row of upstream's registration script as ELF facts. */
export interface Architecture {
  /** QEMU's name of the target, the X in `qemu-X`. */
  readonly target: string;
  /** Base name of the emulator, `qemu-aarch64`. */
  readonly interpreter: string;
  /** Upstream's name of the entry; not the interpreter's for i486 only. */
  readonly entryName: string;
  /** OCI names, the plain one first; empty where there is no such port. The kernel cannot tell variants apart. */
  readonly platforms: readonly string[];
  /** Other spellings (Go, Debian, Fedora, `uname -m`), unique over the table and never a target. */
  readonly aliases: readonly string[];
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
  /** e_machine. */
  readonly machine: number;
  readonly quirks: readonly Quirk[];
  /** false: the row is known and recognised, but never registered. */
  readonly usable: boolean;
  readonly unusableWhy?: string;
}

type Given = Partial<Omit<Architecture, 'target' | 'class' | 'data' | 'machine' | 'usable'>>;

/** Every target of QEMU's scripts/qemu-binfmt-conf.sh, in its order of use: OCI platforms first. */
export const catalogue: readonly Architecture[] = [
  row('x86_64', 64, 'little', 62, {
    platforms: oci('amd64', 'v1', 'v2', 'v3', 'v4'),
    aliases: ['amd64', 'x86-64', 'x64'],
    quirks: ['data-bit-0-ignored', 'version-bit-0-ignored'],
  }),
  row('i386', 32, 'little', 3, {
    platforms: oci('386'),
    aliases: ['386', 'x86', 'ia32', 'i586', 'i686'],
    quirks: ['data-bit-0-ignored', 'version-bit-0-ignored'],
  }),
  row('aarch64', 64, 'little', 183, { platforms: oci('arm64', 'v8'), aliases: ['arm64'] }),
  row('arm', 32, 'little', 40, {
    platforms: oci('arm', 'v5', 'v6', 'v7', 'v8'),
    aliases: ['arm32', 'armel', 'armhf', 'armv5tel', 'armv6l', 'armv7l', 'armv7hl', 'armv8l'],
  }),
  row('riscv64', 64, 'little', 243, { platforms: oci('riscv64'), aliases: ['rv64'] }),
  row('ppc64le', 64, 'little', 21, {
    platforms: oci('ppc64le'),
    aliases: ['powerpc64le', 'ppc64el'],
    quirks: ['machine-low-byte'],
  }),
  row('s390x', 64, 'big', 22, { platforms: oci('s390x') }),
  row('loongarch64', 64, 'little', 258, {
    platforms: oci('loong64'),
    aliases: ['loong64'],
    quirks: ['osabi-0-to-3', 'any-abi-version'],
  }),
  row('mips64el', 64, 'little', 8, {
    platforms: oci('mips64le'),
    aliases: ['mips64le'],
    quirks: ['any-abi-version'],
  }),
  row('mips64', 64, 'big', 8, { platforms: oci('mips64'), quirks: ['any-abi-version'] }),
  row('mipsel', 32, 'little', 8, {
    platforms: oci('mipsle'),
    aliases: ['mipsle'],
    quirks: ['any-abi-version', 'mips-abi2-clear'],
  }),
  row('mips', 32, 'big', 8, { platforms: oci('mips'), quirks: ['any-abi-version', 'mips-abi2-clear'] }),
  row('mipsn32el', 32, 'little', 8, {
    aliases: ['mips64p32le'],
    quirks: ['any-abi-version', 'mips-abi2-set'],
  }),
  row('mipsn32', 32, 'big', 8, { aliases: ['mips64p32'], quirks: ['any-abi-version', 'mips-abi2-set'] }),
  row('ppc64', 64, 'big', 21, { platforms: oci('ppc64'), aliases: ['powerpc64'] }),
  row('ppc', 32, 'big', 20, { aliases: ['powerpc'] }),
  row('riscv32', 32, 'little', 243, { aliases: ['rv32'] }),
  row('sparc64', 64, 'big', 43, { aliases: ['sparcv9'] }),
  row('sparc', 32, 'big', 2),
  row('sparc32plus', 32, 'big', 18, { aliases: ['sparcv8plus'] }),
  // 0x9026 is the number in real use, not the one that the ELF registry reserves.
  row('alpha', 64, 'little', 0x9026, { quirks: ['data-bit-0-ignored', 'version-bit-0-ignored'] }),
  row('m68k', 32, 'big', 4, { quirks: ['version-bit-0-ignored'] }),
  row('hppa', 32, 'big', 15, { aliases: ['parisc'] }),
  row('sh4', 32, 'little', 42, { aliases: ['sh4a'] }),
  row('sh4eb', 32, 'big', 42),
  row('aarch64_be', 64, 'big', 183, { aliases: ['arm64be'] }),
  row('armeb', 32, 'big', 40, { aliases: ['armbe', 'armv5teb', 'armv7b'] }),
  row('xtensa', 32, 'little', 94),
  row('xtensaeb', 32, 'big', 94),
  row('microblaze', 32, 'big', 0xbaab, {
    quirks: ['type-little-endian'],
    unusableWhy: "upstream's magic has e_type in the wrong byte order, so no real file matches it",
  }),
  row('microblazeel', 32, 'little', 0xbaab),
  row('or1k', 32, 'big', 92, { aliases: ['openrisc'] }),
  row('hexagon', 32, 'little', 164),
  row('i486', 32, 'little', 6, {
    interpreter: 'qemu-i386',
    quirks: ['data-bit-0-ignored', 'version-bit-0-ignored'],
    unusableWhy: 'no toolchain writes its e_machine number (6); ask for linux/386',
  }),
];

/** The row of a target's exact name, so that names can travel as plain strings. */
export function architectureOf(target: string): Architecture | undefined {
  return byTarget.get(target);
}

const byTarget: ReadonlyMap<string, Architecture> = new Map(catalogue.map((a) => [a.target, a]));

function row(
  target: string,
  elfClass: 32 | 64,
  data: 'little' | 'big',
  machine: number,
  given: Given = {},
): Architecture {
  return {
    target,
    interpreter: `qemu-${target}`,
    entryName: `qemu-${target}`,
    platforms: [],
    aliases: [],
    class: elfClass,
    data,
    machine,
    quirks: [],
    usable: given.unusableWhy === undefined,
    ...given,
  };
}

function oci(architecture: string, ...variants: string[]): string[] {
  const plain = `linux/${architecture}`;
  return [plain, ...variants.map((variant) => `${plain}/${variant}`)];
}
