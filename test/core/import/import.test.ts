import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '../../../src/core/config/config.ts';
import { importHandlers } from '../../../src/core/import/import.ts';

function imported(text: string, path: string | null = null) {
  const block = importHandlers([{ text, path }]);
  const parsed = parseConfig({ file: { name: 'f', text: block.yaml }, env: {}, flags: {} });
  assert.ok(parsed.ok, block.yaml);
  assert.equal(parsed.config.handlers.length, block.count);
  return { ...block, names: parsed.config.handlers.map((h) => h.name) };
}

const entry = 'enabled\ninterpreter /usr/bin/x\nflags: OCF\noffset 0\nmagic 7f454c46\nmask ffffff0f\n';

test('each form is known by its first words, mixed in one input', () => {
  const { names, lost } = imported(
    [
      '# a comment',
      ':jar:E::jar::/usr/bin/jexec:',
      ',wine,M,,MZ,,/usr/bin/wine,',
      "echo ':mono:M::\\x4d\\x5a\\x90::/usr/bin/mono:' | sudo tee /proc/sys/fs/binfmt_misc/register",
      '$ cat /proc/sys/fs/binfmt_misc/shown',
      entry,
      '==> /proc/sys/fs/binfmt_misc/headed <==',
      entry.replace('0f', '1f'),
      ...entry
        .replace('0f', '2f')
        .trim()
        .split('\n')
        .map((line) => `/proc/sys/fs/binfmt_misc/grepped:${line}`),
      '',
      'package some-package',
      'interpreter /usr/bin/lli',
      'magic BC',
      '',
      'displayed (enabled):',
      '     package = q',
      '        type = extension',
      '   extension = foo',
      ' interpreter = /usr/bin/foo',
    ].join('\n'),
  );
  assert.deepEqual(lost, []);
  assert.deepEqual(names, ['jar', 'wine', 'mono', 'shown', 'headed', 'grepped', 'some-package', 'displayed']);
});

test('a name comes from the file where the text has none', () => {
  assert.deepEqual(imported(entry, '/proc/sys/fs/binfmt_misc/own').names, ['own']);
  assert.deepEqual(imported('magic BC\ninterpreter /usr/bin/lli\n', '/usr/share/binfmts/llvm').names, [
    'llvm',
  ]);
  const { names, yaml } = imported(entry);
  assert.deepEqual(names, ['x']);
  assert.match(yaml, /# stdin:1: named x by us/);
});

test('what cannot be carried over is a comment with its reason, and told; the rest is there', () => {
  for (const [text, why] of [
    [':a:M::7f454c46::/x:', /magic looks hexadecimal .* write \\x7f\\x45\\x4c\\x46/],
    [':a:E::x::/usr/bin/java -jar:', /interpreter must be the path of one program, without arguments/],
    [':a:E::x::relative:', /an absolute path/],
    [':a*:E::y::/x:', /there are no patterns here/],
    [':a.next:E::y::/x:', /must not end in \.next/],
    [':a:E::y::/x/../y:', /must be written without/],
    [':b\xff:E::y::/x:', /not UTF-8/],
    ['enabled\ninterpreter /x\nflags: \n', /no magic or extension/],
    ['package x\ninterpreter /x\n', /magic: expected a value/],
    ['nonsense', /this is no registration line/],
  ] as const) {
    const { names, yaml, lost } = imported(`:kept:E::kept::/bin/kept:\n${text}\n`);
    assert.deepEqual(names, ['kept'], text);
    assert.match(lost.join(), why, text);
    assert.match(yaml, new RegExp(`# stdin:2: not carried over: .*${why.source}`), text);
  }
});

test('twins are carried over once', () => {
  const { names, lost } = imported(':a:E::x::/x:\n:a:E::y::/x:\n:b:E::x::/x:\n');
  assert.deepEqual(names, ['a']);
  assert.equal(lost.length, 2);
});

test('what is carried over only in part says so', () => {
  assert.match(imported(entry.replace('enabled', 'disabled')).yaml, /it was disabled/);
  assert.match(imported(entry.replace('OCF', 'OCFX')).yaml, /flags left out, which are unknown here: "X"/);
  assert.match(imported('magic BC\ninterpreter /x\ndetector /d\n').yaml, /its detector is left out.*\/d/);
  const arm =
    ':qemu-arm:M::\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x28\\x00::/usr/bin/qemu-arm-static:F';
  assert.match(imported(arm).yaml, /a platform: "platforms: \[linux\/arm\]"/);
});

test('any text whatever yields a block that is valid', () => {
  const word = fc.constantFrom(
    ...[
      ':',
      'a',
      'M',
      'E',
      '\\x7f',
      '\n',
      'enabled',
      'interpreter ',
      '/x',
      'flags: ',
      'magic ',
      'ff',
      ' ',
      '\xff',
      'offset 0',
      '"',
      "'",
      '#',
    ],
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(word, { maxLength: 60 }).map((w) => w.join('')),
        fc.string({ unit: 'binary', maxLength: 80 }).map((s) => Buffer.from(s).toString('latin1')),
      ),
      (text) => {
        imported(text);
      },
    ),
    { numRuns: 300 },
  );
});
