import assert from 'node:assert/strict';
import { cli } from './cli.ts';
import { end, hold, listed, registered } from './held.ts';
import { suite } from './suite.ts';

await suite(
  import.meta.url,
  'ps of an ordinary user',
  {
    'goes by command lines where the program may not be read, and says so': async (world) => {
      registered(world, 'PF');
      const running = await hold(world, ['of', 'root'], 'named');
      const as = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups'];
      const seen = listed(world, as).find(({ pid }) => pid === running.pid);
      assert.equal(seen?.by, 'command line');
      assert.equal(seen?.platform, 'linux/arm64');
      assert.deepEqual(seen?.command, ['named', 'of', 'root']);
      const { said, status } = cli(world, ['ps'], as);
      assert.equal(status, 0, said);
      assert.match(said, /cannot be read, only the command line, which proves nothing/);
      await end(running);
      return undefined;
    },

    'reads the entries for doctor, and says what only root sees': async (world) => {
      registered(world);
      world.write(`${world.main}/emu`, '0');
      const as = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups'];
      const { said, status } = cli(world, ['doctor'], as);
      assert.notEqual(status, 3, said);
      assert.match(said, /checks: /);
      assert.doesNotMatch(said, /entries of the instance/);
      world.write(`${world.main}/emu`, '-1');
      await world.startVerified();
      const beside = cli(world, ['doctor', '-o', 'json'], [...as, 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh']);
      const { findings } = JSON.parse(beside.said);
      assert.deepEqual(
        findings.filter((f: { severity: string }) => f.severity === 'error'),
        [],
        beside.said,
      );
      return undefined;
    },
  },
  'all',
);
