import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cli, reportOf } from './cli.ts';
import type { LogLine } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
const standsBy = (line: LogLine): boolean => line.problem === 'locked-by-another';

await suite(import.meta.url, 'of two daemons one keeps the instance, and the other takes over', {
  'a stop of the first interrupts no exec': (world) => takesOver(world, 'SIGTERM'),
  'a kill of the first interrupts no exec': (world) => takesOver(world, 'SIGKILL'),

  'whoever stands by says so once, and leaves report, socket and entries to the first': async (world) => {
    const first = await world.startVerified();
    const second = world.start({ flags: ['--platforms', target] });
    const line = await second.logged('that it stands by', standsBy);
    assert.equal(line.detail, `held by pid ${first.pid}`);
    await pause(1000);
    assert.equal(second.log.filter(standsBy).length, 1);
    assert.equal(second.report(), null);
    assert.equal(reportOf(world, 'status').daemon?.pid, first.pid);
    assert.deepEqual(first.names().sort(), [ours, `keeper-${other}`].sort());
    assert.equal((await first.verified()).heals.total, 0);
    return undefined;
  },

  'whoever stands by mounts nothing, since the first may have been asked to pause; once it took over it does':
    async (world) => {
      const first = await world.startVerified();
      const prober = await world.prober();
      assert.equal(cli(world, ['pause']).status, 0);
      world.must('umount', world.main);
      const second = world.start();
      await second.logged('that it stands by', standsBy);
      assert.equal(world.isMounted(world.main), false);
      await first.ended('SIGKILL');
      await world.untilMounted(world.main);
      await second.verified();
      await prober.assertUnbroken();
      return undefined;
    },

  'whoever takes over works by the configuration of that day, and by what the first was asked': async (
    world,
  ) => {
    world.configure(`platforms: [${target}]\n`);
    const first = await world.startVerified({ platforms: '' });
    const second = world.start({ platforms: '' });
    await second.logged('that it stands by', standsBy);
    assert.equal(cli(world, ['install', 'ppc64le']).status, 0);
    world.configure(`platforms: [${other}]\n`);
    await first.ended('SIGKILL');
    const report = await second.verified();
    assert.deepEqual(report.handlers.map((h) => h.key).sort(), ['ppc64le', other].sort());
    return undefined;
  },

  'in two containers on one host the second stands by, names the first as unseen, and takes over': async (
    world,
  ) => {
    const prober = await twoContainers(world, async (first, second) => {
      const refused = cli(world, ['install', target], inside(second.pid));
      assert.equal(refused.status, 1);
      assert.match(refused.said, /locked-by-another.*run directory is not visible here/s);
      const seen = cli(world, ['status'], inside(second.pid));
      assert.equal(seen.status, 1);
      assert.match(seen.said, /locked-by-another/);
      assert.equal(cli(world, ['status'], inside(first.pid)).status, 0);
      // with it end its mount namespace and its anchor
      process.kill(innermost(first.pid), 'SIGKILL');
      await first.ended();
      await second.logged('that it took over', (l) => l.event === 'keeping');
      await until('the socket of the second', () =>
        cli(world, ['status'], inside(second.pid)).status === 0 ? true : null,
      );
    });
    await prober.assertUnbroken();
    return undefined;
  },
});

async function takesOver(world: World, signal: NodeJS.Signals): Promise<undefined> {
  const first = await world.startVerified();
  const second = world.start();
  await second.logged('that it stands by', standsBy);
  const prober = await world.prober();
  await first.ended(signal);
  await second.verified();
  assert.equal(reportOf(world, 'status').daemon?.pid, second.pid, 'the socket is that of the second');
  const since = Date.now();
  world.write(`${world.main}/keeper-${other}`, '-1');
  await second.healed(`keeper-${other}`, 'missing');
  await second.verified(since);
  await prober.assertUnbroken();
  return undefined;
}

/** Two daemons with a mount and pid namespace each, and a run directory that the other one does not see. */
async function twoContainers(
  world: World,
  work: (first: ReturnType<World['start']>, second: ReturnType<World['start']>) => Promise<void>,
) {
  const script = `mount -t tmpfs -o mode=755 tmpfs '${world.run}' && exec "$@"`;
  const prefix = ['unshare', '-m', '-p', '--mount-proc', '--fork', '--kill-child', 'sh', '-c', script, 'sh'];
  const first = world.start({ prefix });
  await first.logged('a verified platform', (l) => l.event === 'verified' && l.handler === ours);
  const second = world.start({ prefix });
  const line = await second.logged('that it stands by', standsBy);
  assert.match(String(line.detail), /not visible here/);
  const prober = await world.prober();
  await work(first, second);
  return prober;
}

/** Words that run a command where the daemon behind `unshare` runs. */
function inside(pid: number): string[] {
  return ['nsenter', '-t', String(innermost(pid)), '-m', '-p'];
}

/** The process that `unshare --fork` started, seen from here. */
function innermost(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
}
