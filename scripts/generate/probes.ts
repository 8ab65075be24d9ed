/**
 * Assembles container/probes/*.s and writes src/host/probe/data.ts, so that nobody needs a toolchain to run probes.
 * `--check` writes nothing and fails where the file is not what the sources give.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Architecture, architectureOf } from '../../src/core/platforms/catalogue.ts';
import { type Code, codeOf, executable, textAddress } from './elf.ts';
import { assembleLoongArch64 } from './loongarch64.ts';

interface Tool {
  readonly triplet: string;
  readonly package: string;
  readonly options?: readonly string[];
  /** The source's name, where one serves two targets. */
  readonly source?: string;
}

/** EF_LOONGARCH_OBJABI_V1 and EF_LOONGARCH_ABI_DOUBLE_FLOAT, as GNU as writes by default. */
const LOONGARCH_FLAGS = 0x43;

const tools: Readonly<Record<string, Tool>> = {
  x86_64: { triplet: 'x86_64-linux-gnu', package: 'binutils-x86-64-linux-gnu' },
  i386: { triplet: 'i686-linux-gnu', package: 'binutils-i686-linux-gnu' },
  aarch64: { triplet: 'aarch64-linux-gnu', package: 'binutils-aarch64-linux-gnu' },
  arm: { triplet: 'arm-linux-gnueabihf', package: 'binutils-arm-linux-gnueabihf' },
  riscv64: { triplet: 'riscv64-linux-gnu', package: 'binutils-riscv64-linux-gnu' },
  ppc64le: { triplet: 'powerpc64le-linux-gnu', package: 'binutils-powerpc64le-linux-gnu', source: 'ppc64' },
  s390x: { triplet: 's390x-linux-gnu', package: 'binutils-s390x-linux-gnu' },
  mips64el: {
    triplet: 'mips64el-linux-gnuabi64',
    package: 'binutils-mips64el-linux-gnuabi64',
    options: ['-march=mips3', '-mabi=64'],
    source: 'mips64',
  },
  mips64: {
    triplet: 'mips64-linux-gnuabi64',
    package: 'binutils-mips64-linux-gnuabi64',
    options: ['-march=mips3', '-mabi=64'],
  },
  mipsel: {
    triplet: 'mipsel-linux-gnu',
    package: 'binutils-mipsel-linux-gnu',
    options: ['-march=mips2', '-mabi=32'],
    source: 'mips',
  },
  mips: {
    triplet: 'mips-linux-gnu',
    package: 'binutils-mips-linux-gnu',
    options: ['-march=mips2', '-mabi=32'],
  },
  ppc64: { triplet: 'powerpc64-linux-gnu', package: 'binutils-powerpc64-linux-gnu' },
};

/** Debian packages with the assemblers; loongarch64 needs none. */
export const packages: readonly string[] = Object.values(tools).map((tool) => tool.package);

const root = fileURLToPath(new URL('../..', import.meta.url));
const dataFile = join(root, 'src/host/probe/data.ts');

/** The text of src/host/probe/data.ts that the sources give, or which packages are missing. */
export function buildProbes(): { readonly text: string } | { readonly missing: readonly string[] } {
  const missing = Object.values(tools).filter((tool) => spawnSync(`${tool.triplet}-as`, ['--version']).error);
  if (missing.length > 0) return { missing: missing.map((tool) => tool.package) };
  const directory = mkdtempSync(join(tmpdir(), 'probes-'));
  try {
    const codes = Object.entries(tools).map(([target, tool]): [string, Code] => [
      target,
      assemble(target, tool, directory),
    ]);
    return { text: render([...codes, ['loongarch64', loongArch64()]]) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function assemble(target: string, tool: Tool, directory: string): Code {
  const [object, program] = [join(directory, `${target}.o`), join(directory, target)];
  run(`${tool.triplet}-as`, [...(tool.options ?? []), '-o', object, sourceOf(tool.source ?? target)]);
  // Linked where it will run, although the code is position independent: RISC-V leaves even local branches to ld.
  const address = `-Ttext=0x${textAddress(rowOf(target)).toString(16)}`;
  run(`${tool.triplet}-ld`, ['-static', '-no-pie', address, '-o', program, object]);
  return codeOf(readFileSync(program));
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function loongArch64(): Code {
  const source = readFileSync(sourceOf('loongarch64'), 'latin1');
  return { text: assembleLoongArch64(source), flags: LOONGARCH_FLAGS };
}

function sourceOf(name: string): string {
  return join(root, `container/probes/probe.${name}.s`);
}

function render(codes: readonly (readonly [string, Code])[]): string {
  const lines = codes.map(([target, code]) => {
    return `  ${target}: '${Buffer.from(executable(rowOf(target), code)).toString('base64')}',\n`;
  });
  return `// biome-ignore-all format: written by scripts/generate/probes.ts from container/probes, not to be edited

/** Probe executables by target, base64, so that they travel inside one bundled file. */
export const probes: Readonly<Record<string, string>> = {
${lines.join('')}};
`;
}

function rowOf(target: string): Architecture {
  const a = architectureOf(target);
  if (a === undefined) throw new Error(`expected a target of the catalogue, got ${target}`);
  return a;
}

function main(check: boolean): number {
  const built = buildProbes();
  if ('missing' in built) {
    console.error(`missing assemblers: apt-get install --no-install-recommends ${built.missing.join(' ')}`);
    return 1;
  }
  if (!check) writeFileSync(dataFile, built.text);
  else if (readFileSync(dataFile, 'utf8') !== built.text) {
    console.error(
      'src/host/probe/data.ts is not what container/probes gives: run scripts/generate/probes.ts',
    );
    return 1;
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.includes('--check'));
}
