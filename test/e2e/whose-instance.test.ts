import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../kernel.ts';
import { asStranger, requireUsers, withUsers } from '../users.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test('writing to an instance of somebody else is refused with status 3, and told whose it is', (t) => {
  if (!requireKernel(t) || !requireUsers(t)) return;
  // Both are in a user namespace that is not the first one: the second is root of one more, as in a container with ids of its own.
  for (const inner of ['', 'unshare -Ur']) {
    for (const command of ['install arm64', 'uninstall arm64']) {
      const script = `mount -t tmpfs -o mode=755 tmpfs /run && mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc &&
exec ${asStranger.join(' ')} ${inner} '${process.execPath}' --no-warnings '${main}' ${command}`;
      const [program, args] = withUsers('sh', '-c', script);
      const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
      assert.equal(status, 3, stderr);
      assert.match(stderr, /no-permission.*\n.*of the host or of an outer container/);
    }
  }
});
