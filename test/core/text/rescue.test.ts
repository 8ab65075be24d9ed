import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { rescueLine } from '../../../src/core/text/rescue.ts';
import { byteString } from '../../arbitraries.ts';
import { scratch } from '../../host/scratch.ts';

/** Shells that are there. */
const shells = [['dash'], ['bash'], ['busybox', 'sh'], ['zsh'], ['ksh']].filter(
  ([command = '', ...rest]) => spawnSync(command, [...rest, '-c', 'exit 0']).status === 0,
);

const names = [
  'qemu-x86_64',
  '-n',
  'a b',
  "it's",
  '"$(reboot)"`reboot`!!',
  'line\nbreak',
  'ends in one\n',
  '\n\n',
  '%s %d%%',
  '\\n\\045',
  '\xff\xfe\x80',
  '\x1b[31m',
  '*?[a]',
  '~',
  'n'.repeat(255),
];

test('a line is one line of printable ASCII, plain for a plain name', () => {
  assert.equal(
    rescueLine('/proc/sys/fs/binfmt_misc', 'qemu-x86_64'),
    'echo -1 >/proc/sys/fs/binfmt_misc/qemu-x86_64',
  );
  assert.equal(rescueLine('/d', 'a b'), "echo -1 >'/d/a b'");
  for (const name of names) assert.match(rescueLine('/d', name), /^[ -~]+$/);
});

test('in every shell the line writes to the file of that very name', () => {
  assert.ok(shells.length >= 2, 'dash and bash');
  const some = fc.sample(byteString({ minLength: 1, maxLength: 60 }, '\0/'), { numRuns: 40, seed: 7 });
  for (const shell of shells)
    check(shell, [...names, ...some.filter((name) => name !== '.' && name !== '..')]);
});

/** All lines in one shell, which finds no program. */
function check([command = '', ...rest]: readonly string[], all: readonly string[]): void {
  const dir = scratch();
  mkdirSync(`${dir}/d`);
  const file = (name: string): Buffer => Buffer.from(`${dir}/d/${name}`, 'latin1');
  for (const name of all) writeFileSync(file(name), '');
  const script = all.map((name) => `${rescueLine(`${dir}/d`, name)}\n`).join('');
  const env = { PATH: '/nowhere', LC_ALL: 'C.UTF-8' };
  const path = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).stdout.trim();
  const { stderr, status } = spawnSync(path, [...rest, '-c', script], {
    ...{ env, encoding: 'utf8' },
    // bash takes a socket for ssh, and reads what a user has set up.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  assert.equal(`${stderr}${status}`, '0', command);
  for (const name of all)
    assert.equal(readFileSync(file(name), 'latin1'), '-1\n', `${command} ${JSON.stringify(name)}`);
  assert.equal(readdirSync(`${dir}/d`).length, new Set(all).size, command);
}
