import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { until } from '../e2e/until.ts';
import type { World } from '../e2e/world.ts';
import { asStranger } from '../users.ts';
import { manyDescriptors, manyNamespaces, meddle, sameId, storms } from './local-user.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
/** More are for once, by hand: 10,000 take 2 GB. */
const processes = process.env.HOSTILE_PROCESSES ?? '1000';

await suite(
  import.meta.url,
  'a local user, with all that an ordinary user may do, stops and steers nothing',
  {
    'he locks, leases and watches whatever he can open, by fanotify as well, and opens it over and over':
      async (world) => {
        const daemon = await world.startVerified();
        const storm = await attacker(world, storms, world.dir, world.main, '/usr/bin/qemu-aarch64-static');
        assert.match(storm.said, /^leases 0 locks [1-9]\d* writable 0 fanotify [1-9]\d* mighty 0$/);
        await loseAndHeal(world, daemon, 5);
        assert.equal(await daemon.ended('SIGTERM'), 0);
        const next = await world.startVerified();
        await next.problem('lock-contested');
        await loseAndHeal(world, next, 5);
        return undefined;
      },

    'he holds the lock of older keepers with twenty thousand descriptors in many processes': async (
      world,
    ) => {
      mountMain(world);
      const held = await attacker(world, manyDescriptors, world.main);
      assert.match(held.said, /^holding \d+$/);
      const daemon = await world.startVerified();
      await daemon.problem('lock-contested');
      await loseAndHeal(world, daemon, 2);
      return undefined;
    },

    'he has a thousand processes, and many mounts in mount namespaces of his own': async (world) => {
      const crowd = await attacker(world, manyNamespaces, processes);
      assert.equal(crowd.said, `namespaces 20 processes ${processes}`);
      const daemon = await world.startVerified();
      await loseAndHeal(world, daemon, 5);
      return undefined;
    },

    'he can neither signal, trace, slow down nor look into the daemon and its probes': async (world) => {
      const daemon = await world.startVerified({ flags: ['--probe-interval', '1s'] });
      const tried = await attacker(world, meddle, String(daemon.pid));
      assert.match(tried.said, /^tried [1-9]\d* succeeded \[\]$/);
      await daemon.verified(Date.now());
      return undefined;
    },

    'somebody who was given the id of probes ends, stops and traces them: nothing else suffers': async (
      world,
    ) => {
      mountMain(world);
      world.register('theirs');
      const flags = ['--precedence', 'last', '--probe-interval', '1s'];
      const daemon = await world.startVerified({ flags });
      const [program, ...line] = ['setpriv', '--reuid=60876', '--regid=60876', '--clear-groups'];
      const spoiler = world.child(program, [...line, '/usr/bin/python3', '-c', sameId]);
      await once(spoiler.stdout as NodeJS.EventEmitter, 'data');
      await loseAndHeal(world, daemon, 5, `keeper-${other}`);
      assert.ok(daemon.runs(target) && daemon.runs(other));
      spoiler.kill('SIGKILL');
      await daemon.verified(Date.now());
      assert.ok(daemon.names().includes('theirs'));
      return undefined;
    },

    'he fills the file system of run directory and store, to the last inode as well': async (world) => {
      const shared = `${world.dir}/shared`;
      mkdirSync(shared);
      chmodSync(shared, 0o1777);
      const daemon = await world.startVerified();
      world.remount(world.dir, 'size=64m,nr_inodes=400');
      world.command(
        ...user(
          'sh',
          '-c',
          'cd "$0"; head -c 900M /dev/zero >f; i=0; while : >n$i; do i=$((i+1)); done',
          shared,
        ),
      );
      await loseAndHeal(world, daemon, 3);
      world.write(`${world.main}/status`, '-1');
      await daemon.healed(ours, 'missing', daemon.log.length);
      await daemon.ended('SIGTERM');
      const next = world.start();
      await next.logged('that it is proved', (l) => l.event === 'verified' && l.handler === ours);
      world.command('sh', '-c', 'rm -rf "$0"/*', shared);
      await loseAndHeal(world, next, 1);
      await next.verified();
      return undefined;
    },
  },
  'all',
);

/** Loses an entry again and again; each time it comes back. */
async function loseAndHeal(
  world: World,
  daemon: ReturnType<World['start']>,
  times: number,
  entry = ours,
): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const from = daemon.log.length;
    world.write(`${world.main}/${entry}`, '-1');
    await daemon.healed(entry, 'missing', from);
    assert.ok(daemon.names().includes(entry));
  }
}

function user(...command: readonly string[]): [string, ...string[]] {
  const [program = '', ...args] = [...asStranger, ...command];
  return [program, ...args];
}

/** Starts a script of the other user and waits for its first line; it goes on until the end of the case. */
async function attacker(world: World, script: string, ...args: readonly string[]): Promise<{ said: string }> {
  const [program, ...line] = user('/usr/bin/python3', '-c', script, ...args);
  const child = world.child(program, line);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until('what he says', () => (said.includes('\n') ? true : null));
  return { said: said.split('\n')[0] ?? '' };
}

function mountMain(world: World): void {
  if (!world.isMounted(world.main)) world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}
