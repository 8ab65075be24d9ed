import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emulatedCommand } from '../../../src/core/ps/command.ts';
import { argumentsIn, executedFiles, parseAuxv, parseStat } from '../../../src/core/ps/proc.ts';

const nothing = { preserved: false, opened: false };

test('the command is that of the program, by whatever way its interpreter was started', () => {
  const of = (
    argv: string[],
    vector = nothing as { preserved: boolean; opened: boolean } | null,
    flags: string | null = null,
  ) => emulatedCommand({ argv, vector, flags });
  assert.deepEqual(of(['/q', '/bin/ls', '-l']), ['/bin/ls', '-l']);
  assert.deepEqual(of(['/q', '/bin/ls', 'ls', '-l'], { preserved: true, opened: false }), ['ls', '-l']);
  assert.deepEqual(of(['/q', '/bin/ls', '', '-l'], { preserved: true, opened: true }), ['/bin/ls', '-l']);
  // Its kernel says that nothing was preserved, whatever the entry of today says.
  assert.deepEqual(of(['/q', '/bin/ls', 'ls'], nothing, 'P'), ['/bin/ls', 'ls']);
  assert.deepEqual(of(['/q', '/bin/ls', 'ls', '-l'], null, 'POCF'), ['ls', '-l']);
  assert.deepEqual(of(['/usr/libexec/qemu-binfmt/aarch64-binfmt-P', '/bin/ls', 'ls'], null), ['ls']);
  assert.deepEqual(of(['/q', '-L', '/', '-strace', '/bin/ls', '-l']), ['/bin/ls', '-l']);
  assert.deepEqual(of(['/q', '-0', 'sh', '-cpu', 'max', '--', '/bin/busybox', '-c', 'x']), ['sh', '-c', 'x']);
  // A program whose name begins with a dash was started by an entry: the kernel opened it.
  assert.deepEqual(of(['/q', '-L', 'x'], { preserved: false, opened: true }), ['-L', 'x']);
  for (const argv of [[], ['/q'], ['/q', '-L'], ['/q', '-cpu', 'max']]) assert.deepEqual(of(argv), []);
});

test('a stat line is read whatever the name of the program holds', () => {
  const tail = `S 7 1 1 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 1 0 123456 1 2`;
  for (const name of ['sh', 'a) b (c', ') S 1 1', 'x\ny', ''])
    assert.deepEqual(parseStat(`42 (${name}) ${tail}\n`), {
      ...{ parent: 7, name, state: 'S', ticks: 200, childTicks: 50, started: 123456 },
    });
  for (const text of ['', '42', '42 (sh', '42 (sh) S', '42 (sh) S 1 2 3'])
    assert.equal(parseStat(text), null, text);
});

test('the vector tells of both flags in each width and byte order', () => {
  const vector = (pairs: readonly (readonly [number, number])[], width: 32 | 64, data: 'little' | 'big') => {
    const buffer = Buffer.alloc((pairs.length * 2 * width) / 8);
    for (const [at, value] of pairs.flat().entries()) {
      if (width === 64 && data === 'little') buffer.writeBigUInt64LE(BigInt(value), at * 8);
      else if (width === 64) buffer.writeBigUInt64BE(BigInt(value), at * 8);
      else if (data === 'little') buffer.writeUInt32LE(value, at * 4);
      else buffer.writeUInt32BE(value, at * 4);
    }
    return parseAuxv(buffer, { class: width, data });
  };
  for (const width of [32, 64] as const)
    for (const data of ['little', 'big'] as const) {
      assert.deepEqual(
        vector(
          [
            [8, 1],
            [2, 3],
            [0, 0],
          ],
          width,
          data,
        ),
        { preserved: true, opened: true },
      );
      assert.deepEqual(
        vector(
          [
            [8, 0],
            [6, 4096],
            [0, 0],
          ],
          width,
          data,
        ),
        { preserved: false, opened: false },
      );
    }
  assert.equal(parseAuxv(new Uint8Array(), { class: 64, data: 'little' }), null);
  assert.equal(parseAuxv(new Uint8Array(7), { class: 64, data: 'little' }), null);
});

test('arguments keep empty ones, and only mapped code counts', () => {
  assert.deepEqual(argumentsIn(''), []);
  assert.deepEqual(argumentsIn('a\0\0b\0'), ['a', '', 'b']);
  const maps = [
    '00400000-00401000 r-xp 00000000 08:01 42      /usr/bin/a b (deleted)',
    '00600000-00601000 r--p 00000000 08:01 43      /usr/bin/read',
    '7f00-7f01 r-xp 00000000 00:00 0 [vdso]',
    '7f02-7f03 r-xp 00000000 00:00 0 ',
    '00401000-00402000 r-xp 00001000 08:01 42      /usr/bin/a b (deleted)',
  ];
  assert.deepEqual(executedFiles(maps.join('\n')), ['/usr/bin/a b']);
});
