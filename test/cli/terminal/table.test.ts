import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Column, tableLines } from '../../../src/cli/terminal/table.ts';
import { cutEnd, shortenPath, widthOf } from '../../../src/cli/terminal/text.ts';
import { wrap } from '../../../src/cli/terminal/wrap.ts';
import { visible } from '../../../src/core/text/visible.ts';
import { stripped } from '../reports.ts';

const stored = '/var/lib/binfmt-keeper/store/4f55e2e88dc05dc0/qemu-aarch64';

describe('a path', () => {
  it('is shortened in the middle of the hash first, then in front of the name', () => {
    assert.equal(shortenPath(stored, 58), stored);
    assert.equal(shortenPath(stored, 57), '/var/lib/binfmt-keeper/store/4f55…/qemu-aarch64');
    assert.equal(shortenPath(stored, 30), '…/store/4f55…/qemu-aarch64');
    assert.equal(shortenPath(stored, 20), '…/4f55…/qemu-aarch64');
    assert.equal(shortenPath(stored, 14), '…/qemu-aarch64');
    assert.equal(shortenPath(stored, 10), 'qemu-aarc…');
  });

  it('fits whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.nat(60), (parts, width) => {
        assert.ok(widthOf(shortenPath(visible(parts.join('/')), width)) <= width);
      }),
    );
  });
});

describe('text of anybody', () => {
  it('never reaches a terminal as what it would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(visible(text), /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('that is UTF-8 in byte strings is shown as what it says, other bytes as their numbers', () => {
    assert.equal(visible(Buffer.from('/opt/é→日').toString('latin1')), '/opt/é→日');
    assert.equal(visible('a\x1b[2Jb'), 'a\\x1b[2Jb');
    assert.equal(visible('caf\xe9 \x9b'), 'caf\xe9 \\x9b');
    assert.equal(visible(Buffer.from('a\u202eb').toString('latin1')), 'a\\u{202e}b');
  });

  it('is measured in cells', () => {
    assert.deepEqual(['abc', 'é', 'e\u0301', '日本', '…'].map(widthOf), [3, 1, 1, 4, 1]);
  });

  it('cut to a width fits it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        assert.ok(widthOf(cutEnd(visible(text), width)) <= width);
      }),
    );
  });
});

describe('a table', () => {
  const columns = (rows: readonly (readonly string[])[]): Column[] => [
    { head: 'NAME', rank: 0, cells: rows.map((r) => r[0] ?? '') },
    { head: 'STATE', rank: 1, cells: rows.map((r) => r[1] ?? '') },
    { head: 'OWNER', rank: 3, cells: rows.map((r) => r[2] ?? '') },
    { head: 'PATH', rank: 2, cells: rows.map((r) => r[3] ?? ''), least: 8, fit: shortenPath },
  ];
  const one = columns([['linux/arm64', 'ok', 'keeper', stored]]);

  it('shows all in a pipe, however wide', () => {
    assert.deepEqual(tableLines(one, null), [
      'NAME         STATE  OWNER   PATH',
      `linux/arm64  ok     keeper  ${stored}`,
    ]);
  });

  it('shortens before it leaves out, and leaves out what matters least', () => {
    assert.deepEqual(tableLines(one, 50), [
      'NAME         STATE  OWNER   PATH',
      'linux/arm64  ok     keeper  …/4f55…/qemu-aarch64',
    ]);
    assert.deepEqual(tableLines(one, 34), ['NAME         STATE  PATH', 'linux/arm64  ok     …/qemu-aarch64']);
    assert.deepEqual(tableLines(one, 20), ['NAME         STATE', 'linux/arm64  ok']);
    assert.deepEqual(tableLines(one, 12), ['NAME', 'linux/arm64']);
  });

  it('is never wider than the window once only its first column is left', () => {
    const cell = fc.string({ unit: 'binary', maxLength: 30 });
    const rows = fc.array(fc.tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), cell, cell, cell));
    fc.assert(
      fc.property(rows, fc.integer({ min: 12, max: 120 }), (given, width) => {
        for (const line of tableLines(columns(given), width)) assert.ok(widthOf(line) <= width, line);
      }),
    );
  });

  it('is as aligned with colours as without', () => {
    const red = (cell: string): string => `\x1b[31m${cell}\x1b[39m`;
    const painted = one.map((c) => (c.head === 'STATE' ? { ...c, paint: red } : c));
    assert.deepEqual(tableLines(painted, 60).map(stripped), tableLines(one, 60));
  });
});

describe('a paragraph', () => {
  it('keeps its words and its width', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 16, max: 100 }), (words, width) => {
        const lines = wrap(words.join(' '), width, '  ', '    ');
        assert.deepEqual(lines.join(' ').trim().split(/ +/), words);
        for (const line of lines) assert.ok(line.length <= width);
      }),
    );
  });
});
