import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKeptFiles } from '../../../src/host/instance/kept-files.ts';
import { scratch } from '../scratch.ts';

test('an entry of any size is read as it is, the first time and on the descriptor that stays open', () => {
  const dir = scratch();
  const buffer = 16 * 1024;
  for (const size of [0, 1, buffer - 1, buffer, buffer + 1, 2 * buffer, 3 * buffer + 5]) {
    const kept = createKeptFiles((name) => Buffer.from(join(dir, name)), 8);
    const text = Array.from({ length: size }, (_, at) =>
      String.fromCharCode(33 + ((at * 7 + (at >> 10)) % 90)),
    );
    writeFileSync(join(dir, `of-${size}`), text.join(''), 'latin1');
    for (let turn = 0; turn < 3; turn += 1) {
      assert.ok(kept.read(`of-${size}`)?.text === text.join(''), `${size} bytes, read ${turn + 1}`);
    }
    kept.only([]);
  }
});
