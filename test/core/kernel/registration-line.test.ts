import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkRegistration, type Registration, renderLine } from '../../../src/core/kernel/registration.ts';
import { parseLine } from '../../../src/core/kernel/registration-line.ts';
import { registration } from '../../arbitraries.ts';
import { parseLine as kernelParse } from '../../fake/register-line.ts';

test('a line that was rendered is read back, whatever separates its fields', () => {
  fc.assert(
    fc.property(registration, (given) => {
      fc.pre(checkRegistration(given).length === 0);
      const read = parseLine(Buffer.from(renderLine(given)).toString('latin1'));
      assert.deepEqual(read, { ok: true, registration: given });
    }),
  );
});

test('what is read is what the kernel makes of the line, and what the kernel refuses is refused', () => {
  const piece = fc.constantFrom(
    ...[':', ':', ':', 'M', 'E', 'a', 'name', '0', '4', '+4', '0x1', '\\x7f', '\\x', '\\xg0', '\\\\'],
    ...['ELF', 'jar', '/bin/x', '/bin/x', 'F', 'CO', 'X', ' ', '\xff', '..', 'register'],
  );
  const line = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => `:${pieces.join('')}`),
    fc
      .tuple(piece, fc.constantFrom('M', 'E'), piece, piece, piece, fc.constantFrom('', 'F', 'PC', 'X'))
      .map(
        ([name, type, offset, magic, mask, flags]) =>
          `:${name}:${type}:${offset}:${magic}:${mask}:/bin/x:${flags}`,
      ),
  );
  fc.assert(
    fc.property(line, (text) => {
      const read = parseLine(text);
      const theirs = text.length < 11 ? null : kernelParse(text);
      if (theirs === null) assert.equal(text.length < 11 || !read.ok, true, text);
      if (theirs === null || !read.ok) return;
      // A mask of ones is the same as none, and the entry shows none.
      const mask = /^\xff*$/.test(theirs.mask ?? '') ? null : theirs.mask;
      assert.deepEqual(summary(read.registration), { ...theirs, mask });
    }),
    { numRuns: 2000 },
  );
});

test('each fault names its field', () => {
  const field = (line: string) => {
    const read = parseLine(line);
    return read.ok ? 'none' : read.faults[0]?.field;
  };
  assert.equal(field(':a:M::MZ::/bin/x:'), 'none');
  assert.equal(field(':a:M::MZ::/bin/x'), 'line');
  assert.equal(field(':a:X::MZ::/bin/x:'), 'type');
  assert.equal(field(':a:M:0x4:MZ::/bin/x:'), 'offset');
  assert.equal(field(':a:M::\\xZZ::/bin/x:'), 'magic');
  assert.equal(field(':a:M::MZ:\\xff:/bin/x:'), 'mask');
  assert.equal(field(':a:M::MZ::bin/x:'), 'interpreter');
  assert.equal(field(':a:M::MZ::/bin/x:Q'), 'flags');
  assert.equal(field(':a/b:M::MZ::/bin/x:'), 'name');
});

function summary({ name, matcher, interpreter, flags }: Registration) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  if (matcher.kind === 'extension')
    return { name, magic: null, mask: null, offset: 0, extension: matcher.extension, interpreter, flags };
  const mask = matcher.mask.every((byte) => byte === 255) ? null : text(matcher.mask);
  return {
    name,
    magic: text(matcher.magic),
    mask,
    offset: matcher.offset,
    extension: null,
    interpreter,
    flags,
  };
}
