import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

test('without room, at once or in the middle, and read-only, the store stays as it was', (t) => {
  if (!requireKernel(t)) return;
  const child = fileURLToPath(new URL('no-room.child.ts', import.meta.url));
  const words = ['-Urm', '--propagation', 'private', process.execPath, '--no-warnings', child, scratch()];
  const { stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  assert.equal(stdout, 'done\n', stderr);
});
