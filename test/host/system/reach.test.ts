import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('a path that no child could be started to try does not count as one that answers', () => {
  const program = fileURLToPath(new URL('reach.child.ts', import.meta.url));
  // Not of a file system that is known to wait for nobody.
  const line = ['--nofile=100:100', process.execPath, '--no-warnings', program, '/dev/pts/none'];
  const [before, after] = JSON.parse(spawnSync('prlimit', line, { encoding: 'utf8' }).stdout);
  assert.deepEqual(before, { ok: true });
  assert.deepEqual([after.ok, after.code], [false, 'EAGAIN']);
});
