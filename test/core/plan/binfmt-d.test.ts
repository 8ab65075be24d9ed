import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { filesInForce, readDeclarations } from '../../../src/core/plan/binfmt-d.ts';

const line = (name: string, interpreter = '/bin/x') => `:${name}:E::${name}-ext::${interpreter}:`;
const file = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') });

test('of each file name the earliest directory has the last word, and the order is that of the names', () => {
  const chosen = filesInForce([
    [file('/etc/binfmt.d/b.conf', line('etc')), file('/etc/binfmt.d/z.conf')],
    [file('/run/binfmt.d/b.conf', line('run')), file('/run/binfmt.d/a.conf', line('a'))],
    [],
    [file('/usr/lib/binfmt.d/c.conf', line('c')), file('/usr/lib/binfmt.d/a.conf', line('lost'))],
  ]);
  assert.deepEqual(
    chosen.map((f) => f.path),
    ['/run/binfmt.d/a.conf', '/etc/binfmt.d/b.conf', '/usr/lib/binfmt.d/c.conf', '/etc/binfmt.d/z.conf'],
  );
});

test('names are compared as bytes, so capitals come first', () => {
  const names = ['b.conf', 'B.conf', 'a.conf', '10-x.conf', '9-x.conf'];
  const chosen = filesInForce([names.map((n) => file(`/etc/binfmt.d/${n}`))]);
  assert.deepEqual(
    chosen.map((f) => f.path.slice(14)),
    ['10-x.conf', '9-x.conf', 'B.conf', 'a.conf', 'b.conf'],
  );
});

test('an empty file masks one of the same name in a later directory', () => {
  const chosen = filesInForce([
    [file('/etc/binfmt.d/a.conf')],
    [],
    [],
    [file('/usr/lib/binfmt.d/a.conf', line('a'))],
  ]);
  assert.deepEqual(readDeclarations(chosen), { declared: [], faults: [] });
});

test('comments, blank lines and white space at both ends count for nothing', () => {
  const { declared, faults } = readDeclarations([
    file('/a.conf', '# one', '  ; two', '', ' \t ', `  ${line('x')} \t\r`),
  ]);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    declared.map((d) => [d.registration.name, d.where]),
    [['x', '/a.conf:5']],
  );
});

test('a faulty line is told with its place and stops no other, in its file or behind it', () => {
  const { declared, faults } = readDeclarations([
    file('/a.conf', line('one'), ':bad:M::ELF::relative:', line('two')),
    file('/b.conf', 'nonsense', line('three')),
  ]);
  assert.deepEqual(
    declared.map((d) => d.registration.name),
    ['one', 'two', 'three'],
  );
  assert.deepEqual(
    faults.map((f) => f.where),
    ['/a.conf:2', '/b.conf:1'],
  );
  assert.match(faults[0]?.why ?? '', /^interpreter: expected an absolute path, got "relative"$/);
});

test('a name that is declared again is registered again: the last line counts, in its place', () => {
  const { declared } = readDeclarations([file('/a.conf', line('x', '/old'), line('y'), line('x', '/new'))]);
  assert.deepEqual(
    declared.map((d) => [d.registration.name, d.registration.interpreter]),
    [
      ['y', '/bin/x'],
      ['x', '/new'],
    ],
  );
});

test('no text of any bytes makes the reader stop or forget the lines around it', () => {
  const junk = fc.array(fc.integer({ min: 0, max: 255 })).map((bytes) => String.fromCharCode(...bytes));
  fc.assert(
    fc.property(junk, (text) => {
      const { declared } = readDeclarations([file('/a.conf', line('first'), text, line('last'))]);
      const names = declared.map((d) => d.registration.name);
      assert.equal(names[0] === 'first' || text.includes('first'), true);
      assert.equal(names.at(-1), 'last');
    }),
  );
});
