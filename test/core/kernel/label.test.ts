import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  deniedIn,
  hasCategories,
  interpreterPermissions,
  parseLabel,
  printLabel,
  withoutCategories,
} from '../../../src/core/kernel/label.ts';

const word = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
const category = fc.nat({ max: 1023 }).map((n) => `c${n}`);
const levels = fc
  .tuple(fc.constantFrom('s0', 's15'), fc.array(category, { maxLength: 3 }))
  .map(([level, categories]) => (categories.length === 0 ? level : `${level}:${categories.join(',')}`));
const level = fc.oneof(
  levels,
  fc.tuple(levels, levels).map((both) => both.join('-')),
);
const label = fc.record(
  { user: word, role: word, type: word, level: fc.option(level) },
  { noNullPrototype: true },
);

test('a label that was printed reads as what it was', () => {
  fc.assert(fc.property(label, (one) => assert.deepEqual(parseLabel(printLabel(one)), one)));
});

test('without categories a label keeps user, role, type and sensitivity, and has none', () => {
  fc.assert(
    fc.property(label, (one) => {
      const open = withoutCategories(one);
      assert.equal(hasCategories(open), false);
      assert.deepEqual({ ...open, level: null }, { ...one, level: null });
      assert.equal(open.level, one.level === null ? null : one.level.slice(0, open.level?.length));
    }),
  );
});

test('what the kernel hands out is read with its NUL or line end', () => {
  const expected = { user: 'system_u', role: 'object_r', type: 'container_file_t', level: 's0:c1,c2' };
  for (const end of ['', '\0', '\n'])
    assert.deepEqual(parseLabel(`system_u:object_r:container_file_t:s0:c1,c2${end}`), expected);
});

test('what is no label is not taken for one', () => {
  for (const text of ['', '?', 'unlabeled', 'a:b', 'a:b:', ':b:c', 'a:b:c d', 'a:b:c:s0\nx'])
    assert.equal(parseLabel(text), null, JSON.stringify(text));
});

// As /sys/fs/selinux/access answered on Debian 12, with the numbers of its class file.
const numbers = new Map(interpreterPermissions.map((name, i) => [name as string, [3, 1, 16, 13][i] ?? 0]));

test('permissions that the answer of the kernel lacks are named', () => {
  assert.deepEqual(deniedIn('ffffffff ffffffff 0 ffffffff 5 0', numbers), []);
  assert.deepEqual(deniedIn('0 ffffffff 0 ffffffff 5 0', numbers), [...interpreterPermissions]);
  assert.deepEqual(deniedIn('9005 ffffffff 0 ffffffff 5 0\0', numbers), []);
  assert.deepEqual(deniedIn('1005 ffffffff 0 ffffffff 5 0\0', numbers), ['map']);
});

test('a permissive domain lacks nothing, and nonsense is no answer', () => {
  assert.deepEqual(deniedIn('0 ffffffff 0 ffffffff 5 1', numbers), []);
  for (const text of ['', 'x', '0', '0 0 0']) assert.equal(deniedIn(text, numbers), null, text);
});
