import assert from 'node:assert/strict';
import { asStranger } from '../users.ts';
import { cli } from './cli.ts';
import { check, faulty, keyOf, mounted, type Told } from './faulty.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

const [target, other] = targets;

/** What a user without rights is told; what was refused would end in a fault of the text. */
function asked(world: World, ...words: readonly string[]) {
  const { status, said } = cli(world, words, asStranger);
  assert.doesNotMatch(said, /internal error|EACCES|EPERM|state-unreadable|probe-unwritable/, words.join(' '));
  return { status, said };
}

await suite(
  import.meta.url,
  'an ordinary user',
  {
    'status and probe show what others set up, proved': async (world) => {
      mounted(world);
      // That nothing keeps its entries is no matter here.
      cli(world, ['install', target]);
      world.write(`${world.main}/register`, foreignLine('others', other, `/usr/bin/qemu-${other}-static`));
      world.write(`${world.main}/register`, ':jar:M::PK\\x03\\x04::/usr/bin/jexec:\n');
      for (const command of ['status', 'probe']) {
        const { status, said } = asked(world, command, target);
        assert.equal(status, 0, said);
        assert.match(said, /verified/, command);
        assert.match(asked(world, command).said, /^jar +registered +504b0304 at 0/m, command);
      }
      assert.equal(world.command('ls', world.run).said.includes('state.json.bad'), false);
      return undefined;
    },

    'and so where there is neither store nor run directory': async (world) => {
      mounted(world);
      world.register('others', `/usr/bin/qemu-${target}-static`);
      const { status, said } = asked(world, 'probe', target);
      assert.equal(status, 0, said);
      assert.match(said, /foreign-ok.*verified/);
      return undefined;
    },

    'is told by config check what root is, and that he may not do it': async (world) => {
      mounted(world);
      faulty(world);
      const asRoot = check(world);
      const { status, said } = asked(world, 'config', 'check', '-o', 'json');
      const told = JSON.parse(said) as Told;
      assert.equal(status, 1);
      assert.deepEqual(told.problems.map(keyOf), asRoot.problems.map(keyOf));
      assert.match(told.unseen.join(), /CAP_SYS_ADMIN, which this user does not have/);
      return undefined;
    },
  },
  'all',
);
