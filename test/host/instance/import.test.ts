import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseConfig } from '../../../src/core/config/config.ts';
import { importHandlers } from '../../../src/core/import/import.ts';
import { renderEntry } from '../../../src/core/kernel/entry.ts';
import { type Registration, renderLine } from '../../../src/core/kernel/registration.ts';
import { registration } from '../../arbitraries.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';

const child = fileURLToPath(new URL('register-format.child.ts', import.meta.url));

test('what is imported registers the same bytes in the kernel: from a line, an entry, a file of binfmt-support', (t) => {
  if (!requireKernel(t)) return;
  const hostile = fc.sample(registration, 200);
  const samples = [...known, ...hostile, ...hostile.map(tame)];
  const shown = register(samples);
  const given = samples.flatMap((sample, at) => {
    const text = shown[at] ?? '';
    assert.equal(text, renderEntry(sample, true));
    const line = Buffer.from(renderLine(sample)).toString('latin1');
    return [
      { text, from: line, path: '/etc/binfmt.d/x.conf' },
      { text, from: text, path: `/proc/sys/fs/binfmt_misc/${sample.name}` },
      // binfmt-support has no word for O alone.
      ...(/O(?!C)/.test(sample.flags)
        ? []
        : [{ text, from: supportFile(sample), path: `/usr/share/binfmts/${sample.name}` }]),
    ];
  });
  const imported = given.flatMap(({ text, from, path }) => {
    const { yaml, count, lost } = importHandlers([{ text: from, path }]);
    const parsed = parseConfig({ file: { name: 'config.yaml', text: yaml }, env: {}, flags: {} });
    assert.ok(parsed.ok, `${yaml}\n${parsed.ok ? '' : parsed.errors.join('\n')}`);
    assert.equal(parsed.config.handlers.length, count);
    // Whatever is missing is told.
    assert.ok(count === 1 || lost.length > 0, `${from}\n${yaml}`);
    return parsed.config.handlers.map((handler) => ({ handler, text }));
  });
  assert.ok(imported.length > given.length / 2.5, `only ${imported.length} of ${given.length} carried over`);
  assert.deepEqual(
    register(imported.map(({ handler }) => handler)),
    imported.map(({ text }) => text),
  );
});

const known: readonly Registration[] = [
  {
    name: 'jar',
    interpreter: '/usr/bin/je xec',
    flags: '',
    matcher: { kind: 'extension', extension: 'jar' },
  },
  {
    name: 'python3.11',
    interpreter: '/usr/bin/python3.11',
    flags: 'OC',
    matcher: {
      kind: 'magic',
      offset: 2,
      magic: Buffer.from('a70d0d0a', 'hex'),
      mask: Buffer.from('ffffff0f', 'hex'),
    },
  },
];

/** The same bytes to look for under a name and a path that a configuration may have. */
function tame({ matcher, flags }: Registration, at: number): Registration {
  const tamed = matcher.kind === 'extension' ? { ...matcher, extension: `e${at}` } : matcher;
  return { name: `n${at}`, interpreter: '/bin/true', flags, matcher: tamed };
}

function supportFile({ matcher, interpreter, flags }: Registration): string {
  const escaped = (bytes: Uint8Array) =>
    Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const match =
    matcher.kind === 'extension'
      ? [`extension ${matcher.extension}`]
      : [`offset ${matcher.offset}`, `magic ${escaped(matcher.magic)}`, `mask ${escaped(matcher.mask)}`];
  const yes = (letter: string) => (flags.includes(letter) ? 'yes' : 'no');
  return [
    'package some',
    `interpreter ${interpreter}`,
    ...match,
    `credentials ${yes('C')}`,
    `preserve ${yes('P')}`,
    `fix_binary ${yes('F')}\n`,
  ].join('\n');
}

/** The texts that the kernel shows, each line registered under its own name in turn. */
function register(all: readonly Registration[]): readonly string[] {
  const [command, args] = inPrivateInstance(process.execPath, child);
  const input = JSON.stringify(all.map((one) => Buffer.from(renderLine(one)).toString('hex')));
  const { status, stdout, stderr } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 27,
  });
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { text?: string; code?: string }[]).map((one) => one.text ?? one.code ?? '');
}
