import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { identifyOpen } from '../../../src/host/programs/identified.ts';

test('the program that runs this test is what it is', () => {
  const fd = openSync('/proc/self/exe', 'r');
  const { binary, head } = identifyOpen(fd, 'full');
  closeSync(fd);
  assert.ok(binary.kind === 'elf');
  assert.equal(binary.linkage, 'dynamic');
  assert.match(binary.loader ?? '', /\/ld-/);
  assert.ok(binary.links?.libraries.some((name) => name.startsWith('libc.')));
  assert.equal(head.length, 256);
});
