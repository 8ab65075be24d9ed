import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parseEntry, renderEntry } from '../../../src/core/kernel/entry.ts';
import type { Registration } from '../../../src/core/kernel/registration.ts';
import { checkRegistration, renderLine } from '../../../src/core/kernel/registration.ts';
import { registration } from '../../arbitraries.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';

type Shown = { readonly code: string } | { readonly name: string; readonly text: string };

const child = fileURLToPath(new URL('register-format.child.ts', import.meta.url));
const plain = { name: 'x', interpreter: '/bin/true', flags: '' };

test('the kernel shows every registration as renderEntry writes it', (t) => {
  if (!requireKernel(t)) return;
  const samples = fc.sample(registration, 600);
  const answers = register(samples.map(renderLine));
  samples.forEach((sample, at) => {
    const expected = { name: sample.name, text: renderEntry(sample, true) };
    assert.deepEqual(answers[at], expected, `line ${hex(renderLine(sample))}`);
  });
});

test('the largest registrations of each kind are taken', (t) => {
  if (!requireKernel(t)) return;
  const all = new Uint8Array(256).map((_, at) => at);
  const samples: Registration[] = [
    {
      ...plain,
      matcher: magic(
        0,
        all,
        all.map((byte) => byte ^ 0xff),
      ),
    },
    { ...plain, matcher: magic(0, Buffer.from('\\x41'.repeat(64)), new Uint8Array(256).fill(0xfe)) },
    { ...plain, matcher: magic(255, all.slice(1, 2)) },
    { ...plain, name: 'n'.repeat(255), matcher: magic(0, all) },
    fill({ ...plain, matcher: { kind: 'extension', extension: 'x' } }),
    { name: 'a', matcher: { kind: 'extension', extension: 'e' }, interpreter: '/', flags: '' },
  ];
  assert.deepEqual(samples.flatMap(checkRegistration), []);
  const expected = samples.map((sample) => ({ name: sample.name, text: renderEntry(sample, true) }));
  assert.deepEqual(register(samples.map(renderLine)), expected);
});

test('what checkRegistration calls a limit of the kernel is refused by the kernel', (t) => {
  if (!requireKernel(t)) return;
  const bytes = Uint8Array.of(1, 2, 3, 4);
  const matcher = magic(0, bytes);
  const long = fill({ ...plain, matcher });
  const refused: Registration[] = [
    { ...plain, name: '', matcher },
    { ...plain, name: '.', matcher },
    { ...plain, name: '..', matcher },
    { ...plain, name: 'register', matcher },
    { ...plain, name: 'status', matcher },
    { ...plain, name: 'a/b', matcher },
    { ...plain, name: 'n'.repeat(256), matcher },
    { ...plain, interpreter: '', matcher },
    { ...plain, flags: 'X', matcher },
    { ...plain, flags: 'p', matcher },
    { ...plain, matcher: magic(253, bytes) },
    { ...plain, matcher: magic(-1, bytes) },
    { ...plain, matcher: magic(0, new Uint8Array()) },
    { ...plain, matcher: magic(0, bytes, Uint8Array.of(1, 2)) },
    { ...plain, matcher: { kind: 'extension', extension: 'a/b' } },
    { ...plain, matcher: { kind: 'extension', extension: '' } },
    { ...long, interpreter: `${long.interpreter}i` },
  ];
  const answers = register(refused.map(renderLine));
  refused.forEach((sample, at) => {
    const answer = answers[at];
    assert.ok(answer !== undefined && 'code' in answer, `taken: ${JSON.stringify(sample)}`);
    assert.notDeepEqual(checkRegistration(sample), [], `no fault in ${JSON.stringify(sample)}`);
  });
});

test('a path with a line break never passes for an ordinary entry, whatever it forges', (t) => {
  if (!requireKernel(t)) return;
  const forged = [
    '\nflags: POCF\noffset 0\nmagic 41',
    '\n',
    '\nflags: ',
    '\nextension .x',
    '\nmask ff',
    '\ndisabled',
  ];
  const samples = forged.map((rest) => ({ ...plain, matcher: magic(0, [1]), interpreter: `/i${rest}` }));
  for (const answer of register(samples.map(renderLine))) {
    assert.ok('text' in answer);
    const entry = parseEntry(answer.text);
    assert.equal(entry?.interpreter, '/i');
    assert.notDeepEqual(entry?.unknown, [], answer.text);
  }
});

function register(lines: readonly Uint8Array[]): readonly Shown[] {
  const [command, args] = inPrivateInstance(process.execPath, child);
  const input = JSON.stringify(lines.map(hex));
  const { status, stdout, stderr } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Shown[];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function magic(offset: number, bytes: ArrayLike<number>, mask?: ArrayLike<number>): Registration['matcher'] {
  const magicBytes = Uint8Array.from(bytes);
  const maskBytes = mask === undefined ? magicBytes.map(() => 0xff) : Uint8Array.from(mask);
  return { kind: 'magic', offset, magic: magicBytes, mask: maskBytes };
}

/** The same with an interpreter so long that the line has exactly the 1920 bytes that fit. */
function fill(short: Registration): Registration {
  const room = 1920 - renderLine(short).length;
  return { ...short, interpreter: short.interpreter + 'i'.repeat(room) };
}
