/**
 * Makes the interpreter of last resort: container/last-resort/last-resort.c → last-resort.TARGET.s → bytes in
 * src/host/last-resort/data.ts. The assembler's text is kept beside the source, since only it gives the same bytes with every
 * version of the tools. `--check` writes nothing and fails where the bytes are not what that text gives, where the list
 * of platforms is not the catalogue's, or where this very compiler gives another text.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Architecture, architectureOf, catalogue } from '../../src/core/platforms/catalogue.ts';
import { codeOf, executable, textAddress } from './elf.ts';

const tools: Readonly<Record<string, string>> = {
  x86_64: 'x86_64-linux-gnu',
  aarch64: 'aarch64-linux-gnu',
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(root, 'container/last-resort');
const listFile = join(directory, 'platforms.h');
const dataFile = join(root, 'src/host/last-resort/data.ts');

/** Small, and nothing that asks for a library, a loader or another section. */
const options = [
  ...['-std=c17', '-Os', '-ffreestanding', '-fno-builtin', '-fno-pic', '-fno-stack-protector', '-fno-ident'],
  ...['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-fno-tree-loop-distribute-patterns'],
  ...['-fno-jump-tables', '-mgeneral-regs-only', '-Wall', '-Wextra', '-Werror'],
];
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  x86_64: ['-mcmodel=small', '-fcf-protection=none', '-mno-red-zone'],
  aarch64: ['-mcmodel=small', '-mbranch-protection=none', '-mno-outline-atomics'],
};

/** What files are to hold, by path; those that cannot be made here are left out. */
function wanted(): ReadonlyMap<string, string> {
  const files = new Map([[listFile, platformList()]]);
  const place = mkdtempSync(join(tmpdir(), 'last-resort-'));
  try {
    for (const [target, triplet] of Object.entries(tools)) {
      const text = compiled(target, triplet);
      if (text !== null) files.set(textFile(target), text);
    }
    const programs = Object.entries(tools).map(([target, triplet]) => {
      const text = files.get(textFile(target)) ?? readFileSync(textFile(target), 'utf8');
      return [target, assembled(target, triplet, text, place)] as const;
    });
    files.set(dataFile, render(programs));
  } finally {
    rmSync(place, { recursive: true });
  }
  return files;
}

function textFile(target: string): string {
  return join(directory, `last-resort.${target}.s`);
}

/** The catalogue as the program has it; what can be told from the header alone. */
function platformList(): string {
  const lines = catalogue
    .filter((a) => a.usable)
    .map((a) => {
      const abi = a.quirks.includes('mips-abi2-set')
        ? 'N32'
        : a.quirks.includes('mips-abi2-clear')
          ? 'O32'
          : 'ANY_ABI';
      const data = a.data === 'little' ? 1 : 2;
      return `  {"${a.platforms[0] ?? a.target}", ${a.machine}, ${a.class / 32}, ${data}, ${abi}},\n`;
    });
  return `/* Written by scripts/generate/last-resort.ts from the catalogue, not to be edited. */
enum { ANY_ABI, O32, N32 };

static const struct platform { char name[16]; unsigned short machine; unsigned char class, data, abi2; } platforms[] = {
${lines.join('')}};
`;
}

/** Null where this machine lacks the compiler, or has another one than the text names in its first line. */
function compiled(target: string, triplet: string): string | null {
  const version = spawnSync(`${triplet}-gcc`, ['-dumpfullversion'], { encoding: 'utf8' });
  if (version.status !== 0) return null;
  const first = `// gcc ${version.stdout.trim()} from last-resort.c: scripts/generate/last-resort.ts\n`;
  if (process.argv.includes('--check') && !readFileSync(textFile(target), 'utf8').startsWith(first))
    return null;
  const args = [...options, ...(optionsOf[target] ?? []), '-S', '-o', '-', 'last-resort.c'];
  const { status, stdout, stderr } = spawnSync(`${triplet}-gcc`, args, { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return first + stdout;
}

function assembled(target: string, triplet: string, text: string, place: string): Uint8Array {
  const [source, object, script, program] = ['s', 'o', 'ld', 'elf'].map((end) =>
    join(place, `${target}.${end}`),
  );
  if (!source || !object || !script || !program) throw new Error('no names');
  const a = rowOf(target);
  writeFileSync(source, text);
  writeFileSync(script, linkerScript(a));
  run(`${triplet}-as`, ['-o', object, source]);
  run(`${triplet}-ld`, ['-static', '-no-pie', '-T', script, '-o', program, object]);
  return executable(a, codeOf(readFileSync(program)));
}

/** Constants lie behind the code, in one segment that cannot be written. */
function linkerScript(a: Architecture): string {
  return `SECTIONS {
  .text 0x${textAddress(a).toString(16)} : SUBALIGN(16) { *(.text.start) *(.text .text.* .rodata .rodata.*) }
  /DISCARD/ : { *(.comment .note .note.* .eh_frame) }
}
`;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function render(made: readonly (readonly [string, Uint8Array])[]): string {
  const lines = made.map(([target, bytes]) => `  ${target}: '${Buffer.from(bytes).toString('base64')}',\n`);
  return `// biome-ignore-all format: written by scripts/generate/last-resort.ts from container/last-resort, not to be edited

/** The interpreter of last resort by target, base64, so that it travels inside one bundled file. */
export const programs: Readonly<Record<string, string>> = {
${lines.join('')}};
`;
}

function rowOf(target: string): Architecture {
  const a = architectureOf(target);
  if (a === undefined) throw new Error(`expected a target of the catalogue, got ${target}`);
  return a;
}

function main(check: boolean): number {
  // The compiler reads it.
  if (!check) writeFileSync(listFile, platformList());
  const differing = [...wanted()].filter(([path, text]) => !check || readFileSync(path, 'utf8') !== text);
  for (const [path, text] of differing) {
    if (check) console.error(`${path} is not what its source gives: run scripts/generate/last-resort.ts`);
    else writeFileSync(path, text);
  }
  return check && differing.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.includes('--check'));
