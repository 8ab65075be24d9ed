import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Report } from '../../src/core/report/report.ts';
import type { Daemon } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const flags = ['--precedence', 'last', '--probe-interval', '1s', '--probe-timeout', '2s'];

await suite(
  import.meta.url,
  'a probe that could not be tried speaks against nobody',
  {
    ...Object.fromEntries(
      [
        ['process', '--nproc=0:', '--nproc=1000:'],
        ['descriptor', '--nofile=16:', '--nofile=1024:'],
      ].map(([what, less = '', more = '']) => [
        `no ${what} is left for it: what serves goes on, what was proved holds, and the problem goes by itself`,
        async (world: World) => {
          theirs(world);
          const daemon = world.start({ flags, platforms: target });
          await daemon.reported('it serving', isProven);
          world.must('prlimit', `--pid=${daemon.pid}`, less);
          await daemon.logged('the problem', (l) => l.problem === 'probe-undecided');
          await pause(3000);
          assert.deepEqual(oursIn(daemon), []);
          world.must('prlimit', `--pid=${daemon.pid}`, more);
          await daemon.reported('the end of the problem', (r) => isProven(r) && codesOf(r).length === 0);
          assert.deepEqual(
            daemon.log.filter((l) => l.event === 'not-ready').map((l) => l.msg),
            [],
          );
          return undefined;
        },
      ]),
    ),

    'none is left from the start on: nothing is settled for, and it is proved once there is room': async (
      world,
    ) => {
      theirs(world);
      const daemon = world.start({ flags, platforms: target, prefix: ['prlimit', '--nproc=0:'] });
      const report = await daemon.problem('probe-undecided');
      assert.deepEqual([report.ready, codesOf(report)], [false, ['probe-undecided']]);
      assert.deepEqual(oursIn(daemon), []);
      world.must('prlimit', `--pid=${daemon.pid}`, '--nproc=1000:');
      const later = await daemon.reported('it serving', isProven);
      assert.deepEqual(codesOf(later), []);
      return undefined;
    },

    ...Object.fromEntries(
      ['SIGKILL', 'SIGSTOP'].map((signal) => [
        `somebody sends ${signal} to each of them: the control fails too, and nothing is overtaken`,
        async (world: World) => {
          theirs(world);
          const killing = `${world.dir}/killing`;
          const PATH = `${killer(world, killing, signal)}:${process.env.PATH}`;
          const daemon = world.start({ flags, platforms: target, env: { PATH } });
          await daemon.reported('it serving', isProven);
          writeFileSync(killing, '');
          const told = await daemon.problem('probe-undecided');
          assert.match(told.problems.map((p) => p.detail).join(), /itself cannot run it either now/);
          await pause(3000);
          assert.deepEqual(oursIn(daemon), []);
          assert.ok(isProven(daemon.report() as Report));
          rmSync(killing);
          await daemon.reported('the end of the problem', (r) => isProven(r) && codesOf(r).length === 0);
          return undefined;
        },
      ]),
    ),

    'one that fails by itself is broken all the same, since the control runs': async (world) => {
      const path = `${world.dir}/broken`;
      writeFileSync(path, '#!/bin/sh\nkill -KILL $$\n', { mode: 0o755 });
      theirs(world, path);
      const daemon = world.start({ flags, platforms: target });
      await daemon.reported('ours in front', (r) => r.ready && rowOf(r)?.state === 'ok');
      return undefined;
    },
  },
  'all',
);

/** An entry of somebody else that works, unless a path says otherwise. */
function theirs(world: World, path?: string): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  world.register('theirs', path, path === undefined ? 'F' : '');
}

/** A directory with a setpriv(1), by which probes are started, that gets the signal as long as there is a file. */
function killer(world: World, killing: string, signal: string): string {
  const dir = `${world.dir}/bin`;
  mkdirSync(dir);
  const text = `#!/bin/sh\n[ ! -e ${killing} ] || kill -${signal.slice(3)} $$\nexec /usr/bin/setpriv "$@"\n`;
  writeFileSync(`${dir}/setpriv`, text, { mode: 0o755 });
  return dir;
}

function rowOf(report: Report) {
  return report.handlers.find((h) => h.key === target);
}

function isProven(report: Report): boolean {
  const row = rowOf(report);
  return row?.state === 'foreign-ok' && row.probe?.verdict === 'verified';
}

function oursIn(daemon: Daemon): readonly string[] {
  return daemon.names().filter((name) => name.startsWith('keeper-'));
}

function codesOf(report: Report): readonly string[] {
  return report.problems.map((p) => p.code).filter((code) => code.startsWith('probe-'));
}
