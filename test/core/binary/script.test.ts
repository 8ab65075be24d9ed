import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { readScript, type Script } from '../../../src/core/binary/script.ts';

/** A place whose path is short enough for the lines below. */
let room = '';
before(() => {
  room = mkdtempSync(join(tmpdir(), 's-'));
  // What the kernel gives it, as it came: a program that prints its arguments, each with a NUL.
  writeFileSync(join(room, 'i'), '#!/bin/sh\nprintf \'%s\\0\' "$@"\n', { mode: 0o755 });
  chmodSync(join(room, 'i'), 0o755);
});
after(() => rmSync(room, { recursive: true }));

const cases: readonly (readonly [string, Partial<Script>])[] = [
  ['#!/bin/sh\n', { interpreter: '/bin/sh', argument: null, fault: null }],
  ['#! \t/bin/sh \t -e -u  \necho\n', { interpreter: '/bin/sh', argument: '-e -u', fault: null }],
  ['#!/usr/bin/env python3', { interpreter: '/usr/bin/env', argument: 'python3', fault: null }],
  ['#!/bin/sh\r\n', { interpreter: '/bin/sh\r', argument: null, fault: 'carriage-return' }],
  ['#!/bin/sh -e\r\n', { interpreter: '/bin/sh', argument: '-e\r', fault: 'carriage-return' }],
  ['#!\n', { interpreter: null, fault: 'no-interpreter' }],
  ['#!  \t \n/bin/sh', { interpreter: null, fault: 'no-interpreter' }],
  ['#!', { interpreter: '', fault: 'no-interpreter' }],
  [`#!/${'x'.repeat(252)}\n`, { interpreter: `/${'x'.repeat(252)}`, fault: null }],
  [`#!/${'x'.repeat(253)}\n`, { interpreter: null, fault: 'too-long' }],
  [
    `#!/${'x'.repeat(252)} -e\n`,
    { interpreter: `/${'x'.repeat(252)}`, argument: null, fault: 'argument-cut' },
  ],
  [
    `#!/bin/sh ${'y'.repeat(300)}\n`,
    { interpreter: '/bin/sh', argument: 'y'.repeat(245), fault: 'argument-cut' },
  ],
];

for (const [text, want] of cases)
  test(`${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`, () => {
    const { kind: _, ...seen } = readScript(Buffer.from(text, 'latin1'));
    for (const [key, value] of Object.entries(want)) assert.equal(seen[key as keyof typeof seen], value, key);
  });

test('any first line is read as the kernel reads it, which is asked', () => {
  const blanks = fc.constantFrom('', ' ', '\t', '  \t ');
  const long = fc.integer({ min: 180, max: 300 });
  const word = fc.oneof(
    fc.constantFrom('', '-e', 'a b', 'x\r', '\r', '\0', 'a\0b', '\xe9'),
    long.map((n) => 'z'.repeat(n)),
  );
  const line = fc.tuple(
    blanks,
    fc.constantFrom('I', '', 'I\r', 'I\0'),
    blanks,
    word,
    blanks,
    fc.constantFrom('\n', '', '\n\n', '\0\n'),
    long,
    fc.boolean(),
  );
  fc.assert(
    fc.property(line, ([a, name, b, word, c, end, pad, padded]) => {
      const interpreter = name.replace('I', join(room, 'i'));
      const filler = padded ? ' '.repeat(pad - interpreter.length) : '';
      const text = Buffer.from(`#!${a}${interpreter}${b}${filler}${word}${c}${end}`, 'latin1');
      assert.deepEqual(ours(text), kernels(text), JSON.stringify(text.toString('latin1')));
    }),
    { numRuns: Number(process.env.SCRIPT_RUNS ?? 150) },
  );
});

/** What an exec of it comes to: the arguments that the interpreter gets before the path, or why there is none. */
function ours(text: Buffer): readonly string[] | string {
  const { interpreter, argument } = readScript(text);
  if (interpreter === null) return 'ENOEXEC';
  // A path of no length is the current directory.
  if (interpreter === '') return 'EACCES';
  if (interpreter !== join(room, 'i')) return 'ENOENT';
  return argument === null ? [] : [argument];
}

function kernels(text: Buffer): readonly string[] | string {
  const path = join(room, 'p');
  writeFileSync(path, text, { mode: 0o755 });
  // Where the kernel says ENOEXEC, execvp() gives the file to /bin/sh, to which it is a comment.
  const run = spawnSync(path, { encoding: 'latin1' });
  if (run.error !== undefined) return (run.error as NodeJS.ErrnoException).code ?? '?';
  return run.stdout === '' ? 'ENOEXEC' : run.stdout.split('\0').slice(0, -2);
}
