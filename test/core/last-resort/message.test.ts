import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseUnserved } from '../../../src/core/last-resort/message.ts';

test('what the program writes is read', () => {
  assert.deepEqual(parseUnserved('1\0linux/riscv64\0none\0./app'), {
    ...{ platform: 'linux/riscv64', cause: 'none', path: './app' },
  });
  assert.deepEqual(parseUnserved('1\0alpha\0gone\0/a\nb'), {
    platform: 'alpha',
    cause: 'gone',
    path: '/a\nb',
  });
  assert.equal(parseUnserved('1\0\0none\0x')?.platform, '');
});

test('whatever else anybody sends is nothing, or names a platform and a cause that there are', () => {
  for (const text of [
    '',
    '1',
    '2\0linux/arm64\0none\0x',
    '1\0linux/arm64\0no\0x',
    '1\0linux/x\0none\0x',
    '1\0linux/arm64\0none\0',
    '1\0linux/arm64\0none\0x\0',
  ])
    assert.equal(parseUnserved(text), null, JSON.stringify(text));
  const part = fc.oneof(fc.constantFrom('1', 'none', 'gone', 'linux/arm64', 'sparc', ''), fc.string());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const read = parseUnserved(parts.join('\0'));
      if (read === null) return;
      assert.ok(read.cause === 'none' || read.cause === 'gone');
      assert.match(read.platform, /^(linux\/)?[a-z0-9_]*$/);
    }),
  );
});
