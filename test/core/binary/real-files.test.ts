import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Binary } from '../../../src/core/binary/binary.ts';
import type { ElfBinary } from '../../../src/core/binary/elf-facts.ts';
import { identify } from '../../../src/core/binary/identify.ts';
import { identified, type RealFile, realFiles, type Truth } from './real-files.ts';

for (const file of realFiles.filter(({ truth }) => truth !== null))
  test(`as readelf says: ${file.from} ${file.name}`, () => {
    const elf = elfOf(file);
    assert.deepEqual(drawn(elf), expected(file.truth as Truth));
    assert.equal(elf.defect, null);
    assert.equal(elf.missing, 0);
  });

function drawn({ header, form, loader, links, notes, flags }: ElfBinary) {
  return {
    class: header.class,
    data: header.data,
    loader,
    needed: links?.libraries ?? [],
    soname: links?.soname ?? null,
    form,
    isaLevel: notes.isaLevel,
    kernel: notes.abi?.system === 0 ? notes.abi.kernel : null,
    ...(flags.of === 'other' ? {} : { flags }),
  };
}

function expected({ class: bits, data, loader, needed, soname, ...truth }: Truth) {
  return {
    class: bits,
    data,
    loader,
    needed,
    soname,
    form: formOf({ loader, soname, ...truth }),
    isaLevel: levelOf(truth.isa),
    kernel: truth.kernel,
    ...flagsOf(truth, bits),
  };
}

function formOf({ type, pie, loader, soname }: Pick<Truth, 'type' | 'pie' | 'loader' | 'soname'>): string {
  if (type === 'EXEC') return 'executable';
  if (pie) return loader === null ? 'static-pie' : 'pie';
  return loader !== null && soname === null ? 'pie' : 'shared-object';
}

function levelOf(isa: string | null): number | null {
  if (isa === null) return null;
  return Number(/x86-64-v(\d)/.exec(isa.split(', ').at(-1) ?? '')?.[1] ?? 1);
}

/** By readelf's words for e_flags. */
function flagsOf({ machine, flags }: Pick<Truth, 'machine' | 'flags'>, bits: 32 | 64): object {
  const float = (word: string): string => /(\w+)[- ]float/i.exec(word)?.[1]?.toLowerCase() ?? '';
  switch (machine) {
    case 'ARM':
      return { flags: { of: 'arm', eabi: 5, float: float(flags) || null, be8: false } };
    case 'MIPS R3000': {
      const abi = flags.includes('abi2')
        ? 'n32'
        : flags.includes('o32')
          ? 'o32'
          : bits === 64
            ? 'n64'
            : 'o32';
      return { flags: { of: 'mips', abi, level: /\b(mips\d+(r\d)?)$/.exec(flags)?.[1], nan2008: false } };
    }
    case 'PowerPC64':
      return { flags: { of: 'ppc64', elf: Number(/abiv(\d)/.exec(flags)?.[1]) } };
    case 'RISC-V':
      return { flags: { of: 'riscv', float: float(flags), compressed: flags.includes('RVC') } };
    case 'LoongArch':
      return {
        flags: { of: 'loongarch', float: float(flags), objectAbi: Number(/OBJ-v(\d)/.exec(flags)?.[1]) },
      };
    default:
      return {};
  }
}

/** The rows of the catalogue for what Debian calls its architectures. */
const targets: Readonly<Record<string, string | null>> = {
  ...{ amd64: 'x86_64', i386: 'i386', armel: 'arm', armhf: 'arm', arm: 'arm', arm64: 'aarch64' },
  ...{ mips64el: 'mips64el', mipsel: 'mipsel', mips: 'mips', mips64: 'mips64', mipsn32: 'mipsn32' },
  ...{ mipsn32el: 'mipsn32el', ppc64el: 'ppc64le', ppc64: 'ppc64', powerpc: 'ppc', powerpcspe: 'ppc' },
  ...{ riscv64: 'riscv64', s390x: 's390x', alpha: 'alpha', hppa: 'hppa', m68k: 'm68k', sh4: 'sh4' },
  ...{ sparc: 'sparc', sparc64: 'sparc64', x32: null, arm64ilp32: null, ia64: null, arc: null },
};

test('each architecture of Debian is told, and a static program from a dynamic one', () => {
  for (const file of realFiles) {
    const debian = /_([a-z0-9]+)$/.exec(file.from)?.[1] ?? '';
    const name = debian === 'all' ? file.name.slice(file.name.lastIndexOf('/') + 1) : debian;
    if (file.truth === null || !(name in targets)) continue;
    const elf = elfOf(file);
    assert.equal(elf.target, targets[name], `${file.from} ${file.name}`);
    if (/busybox|arch-test/.test(file.name)) assert.equal(elf.linkage, 'static', file.name);
    if (/hello|\/fd$/.test(file.name)) assert.equal(elf.linkage, 'dynamic', file.name);
  }
});

test('programs of other systems are told, though processor and format are the same', () => {
  const system = (part: string): unknown => elfOf(the(part)).system;
  assert.equal(system('freebsd-x64'), 'freebsd');
  assert.equal(system('netbsd-x64'), 'netbsd');
  assert.equal(system('openbsd-x64'), 'openbsd');
  assert.equal(system('kfreebsd-amd64'), 'freebsd');
  assert.equal(system('node-linux-x64'), 'linux');
});

test('what Windows, macOS and .NET run is told with its processor', () => {
  const seen = (part: string): Binary => identified(the(part));
  const pe = { kind: 'pe', bits: 64, dotnet: false, library: false, subsystem: 'console' };
  assert.deepEqual(seen('win32-x64'), { ...pe, machine: 0x8664, machineName: 'amd64' });
  assert.deepEqual(seen('win32-arm64'), { ...pe, machine: 0xaa64, machineName: 'arm64' });
  const dotnet = seen('mscorlib.dll');
  assert.ok(dotnet.kind === 'pe' && dotnet.dotnet && dotnet.library);
  assert.deepEqual(seen('darwin-arm64'), {
    kind: 'mach-o',
    universal: false,
    parts: [{ cpu: 0x100_000c, name: 'arm64' }],
    form: 'executable',
  });
  const both = seen('fsevents');
  assert.deepEqual(both.kind === 'mach-o' && both.parts.map(({ name }) => name), ['x86_64', 'arm64']);
});

test('the ISA string of RISC-V is read', () => {
  const found = elfOf(the('hello_2.10-5_riscv64')).extensions;
  assert.match(found ?? '', /^rv64i2p\d_m2p\d_a2p\d_f2p\d_d2p\d_c2p\d/);
});

test('a program that was cut short says how much is missing, wherever it was cut', () => {
  for (const file of realFiles.filter(({ truth }) => truth?.type === 'EXEC')) {
    const elf = identify(file.head, { size: 1024 });
    if (elf.kind !== 'elf' || file.size <= 4096) continue;
    assert.ok(elf.missing > 0, file.name);
  }
});

function elfOf(file: RealFile): ElfBinary {
  const seen = identified(file);
  assert.ok(seen.kind === 'elf');
  return seen;
}

function the(part: string): RealFile {
  const found = realFiles.find(({ from, name }) => from.includes(part) || name.includes(part));
  assert.ok(found !== undefined, part);
  return found;
}
