import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gateLine } from '../../../src/cli/line/gate-line.ts';
import { beginningOf, runExplain } from './run-explain.ts';

let room = '';
before(() => {
  room = mkdtempSync(join(tmpdir(), 'gate-'));
  writeFileSync(join(room, 'page'), '<!DOCTYPE html>', { mode: 0o755 });
  writeFileSync(join(room, 'noexec'), '#!/bin/sh\n', { mode: 0o644 });
  writeFileSync(join(room, 'foreign'), beginningOf('arch-test', '/ia64'), { mode: 0o755 });
  writeFileSync(join(room, 'script'), '#!/bin/sh\necho "$0" "$@"; exit 7\n', { mode: 0o755 });
});
after(() => rmSync(room, { recursive: true }));
const run = (...args: readonly string[]) => runExplain(args, { cwd: room });

test('a command that can run is run, with its arguments, output and status', () => {
  assert.deepEqual(run('--gate', './script', '--quiet', '-o', 'json', '-', '--'), {
    status: 7,
    out: './script --quiet -o json - --\n',
    err: '',
  });
  assert.equal(run('--gate', 'sh', '-c', 'kill -9 $$').status, 137);
  assert.equal(run('--quiet', '--gate', '--', 'true').status, 0);
});

test('one that cannot run is not tried: a sentence, and 126', () => {
  const page = run('--gate', './page');
  assert.deepEqual([page.status, page.out, page.err.split('\n').length], [126, '', 2]);
  assert.match(page.err, /^binfmt-keeper: \.\/page is a web page and cannot run here \(ENOEXEC\): /);
  assert.match(run('--gate', './noexec').err, /\(EACCES\).*chmod \+x/);
  assert.deepEqual(run('--quiet', '--gate', './page').err, '');
});

test('a foreign program is never given to a shell, whatever can be seen of entries', () => {
  const { status, out, err } = run('--no-probe', '--gate', './foreign');
  assert.deepEqual([status, out], [126, '']);
  assert.doesNotMatch(err, /[Ss]yntax error/);
});

test('a command that is not there has the status that shells have for it', () => {
  assert.equal(run('--gate', './nosuch').status, 127);
  assert.equal(run('--gate', 'no-such-command-anywhere').status, 127);
  assert.equal(run('--gate').status, 2);
});

test('signals reach the command, and its end is ours', async () => {
  const main = new URL('../../../src/main.ts', import.meta.url).pathname;
  const script = 'trap "echo got it; exit 9" TERM; echo ready; for i in $(seq 600); do sleep 0.05; done';
  const child = spawn(process.execPath, [main, 'explain', '--gate', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out === 'ready\n') child.kill('SIGTERM');
  });
  const [status] = await once(child, 'close');
  assert.deepEqual([status, out], [9, 'ready\ngot it\n']);
});

test('what follows --gate is the command line of another program', () => {
  assert.deepEqual(gateLine(['explain', '--gate', 'a', '--quiet']), [
    'explain',
    '--gate',
    '--',
    'a',
    '--quiet',
  ]);
  assert.deepEqual(gateLine(['explain', '--gate', '--', 'a']), ['explain', '--gate', '--', 'a']);
  assert.deepEqual(gateLine(['enter', '--', 'x', '--gate', 'b']), ['enter', '--', 'x', '--gate', 'b']);
  assert.deepEqual(gateLine(['explain', '--', '--gate', 'b']), ['explain', '--', '--gate', 'b']);
});
