import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { probeBytes } from '../../src/host/probe/files.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';

const [target] = targets;

await suite(
  import.meta.url,
  'the last resort and other users',
  {
    'a setuid file gives its program nobody’s rights, and a file that may not be read is explained': async (
      world,
    ) => {
      world.configure('lastResort: wait\n');
      const daemon = await world.startVerified();
      const none = `${world.main}/keeper-none-${target}`;
      await until(none, () => (readdirSync(world.main).includes(`keeper-none-${target}`) ? true : null));
      // Nobody heals: what waits can be looked at.
      assert.equal(await daemon.ended('SIGKILL'), null);
      world.write(`${world.main}/keeper-${target}`, '-1');
      const file = `${world.dir}/setuid`;
      writeFileSync(file, probeBytes(target) ?? '');
      chownSync(file, 0, 0);
      chmodSync(file, 0o4711);
      chmodSync(world.dir, 0o755);
      const child = world.child('setpriv', ['--reuid', '1000', '--regid', '1000', '--clear-groups', file]);
      const ids = await until('it waits', () => {
        const status = read(`/proc/${child.pid}/status`);
        return /^Name:\tlast-resort/m.test(status) || status.includes('Name:\tsetuid')
          ? /^Uid:.*$/m.exec(status)?.[0]
          : null;
      });
      assert.equal(ids, 'Uid:\t1000\t1000\t1000\t1000');
      const alone = spawnSync('setpriv', ['--reuid', '1000', '--regid', '1000', '--clear-groups', file], {
        encoding: 'utf8',
      });
      assert.equal(alone.status, 126);
      assert.match(
        alone.stderr,
        /^\/.*\/setuid: a program for linux\/\w+; its handler is gone and did not come back in time\. binfmt-keeper status\n$/,
      );
      return undefined;
    },
  },
  'all',
);

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
