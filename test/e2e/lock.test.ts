import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { cli } from './cli.ts';
import type { LogLine } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const standsBy = (line: LogLine): boolean => line.problem === 'locked-by-another';
const powerless = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];

await suite(import.meta.url, 'the lock of an instance', {
  'without FFI and flock(1) it is a named problem, of the daemon and of commands': async (world) => {
    mounted(world);
    const script = 'PATH=/nonexistent BINFMT_KEEPER_NO_FFI=1 exec "/usr/bin/$0" "$@"';
    const env = ['sh', '-c', script];
    const installed = cli(world, ['install', target], env);
    assert.equal(installed.status, 4, installed.said);
    assert.match(installed.said, /lock-unavailable.*flock\(1\): spawnSync flock ENOENT/s);
    assert.doesNotMatch(installed.said, /\n\s+at /);
    const daemon = world.start({ env: { BINFMT_KEEPER_NO_FFI: '1', PATH: '/nonexistent' } });
    assert.equal(await daemon.ended(), 4);
    const told = daemon.log.find((line) => line.problem === 'lock-unavailable');
    assert.match(String(told?.remedy), /util-linux/);
    const older = cli(world, ['--install', target], env);
    assert.equal(older.status, 1, older.said);
    assert.match(older.said, /lock-unavailable/);
    assert.deepEqual(readdirSync(world.main).sort(), ['register', 'status']);
    assert.equal(cli(world, ['status'], env).status, 1, 'whoever only looks needs no lock');
    return undefined;
  },

  'by flock(1) alone two daemons exclude each other': async (world) => {
    const env = { BINFMT_KEEPER_NO_FFI: '1' };
    const first = await world.startVerified({ env });
    const second = world.start();
    await second.logged('that it stands by', standsBy);
    await first.ended('SIGKILL');
    await second.verified();
    const third = world.start({ env });
    await third.logged('that it stands by', standsBy);
    return undefined;
  },

  'without a capability, on a read-only instance: the lock of older keepers, then the other': async (
    world,
  ) => {
    mounted(world);
    world.must('mount', '-o', 'remount,ro', world.main);
    const first = world.start({ prefix: powerless, flags: ['--resync', '1s'] });
    await first.problem('read-only');
    assert.equal(isFree(world, world.main), false);
    const second = world.start({ prefix: powerless });
    await second.logged('that it stands by', standsBy);
    assert.equal(isFree(world, `${world.main}/register`), true);
    world.must('mount', '-o', 'remount,rw', world.main);
    await first.verified();
    await until('its lock', () => (isFree(world, `${world.main}/register`) ? null : true));
    await first.ended('SIGKILL');
    await second.verified();
    return undefined;
  },

  'a held lock makes neither main mount nor superblock busy': async (world) => {
    await world.startVerified();
    world.must('mount', '-o', 'remount,ro', world.anchor);
    world.must('mount', '-o', 'remount,rw', world.anchor);
    world.must('umount', world.main);
    return undefined;
  },

  'an anchor that shows another instance is not taken for ours': async (world) => {
    mounted(world);
    const nested = ['unshare', '-Urm', '--propagation', 'private', 'sh', '-c'];
    const script = 'mount -t binfmt_misc b "$0" && exec "$@"';
    const daemon = world.start({ prefix: [...nested, script, world.main] });
    const report = await daemon.problem('instances-differ');
    assert.match(
      report.problems.find((p) => p.code === 'instances-differ')?.detail ?? '',
      /^\/proc\/sys\/fs\/binfmt_misc is device \d+:\d+, .* is \d+:\d+$/,
    );
    await daemon.logged('a verified platform', (l) => l.event === 'verified' && l.handler === ours);
    assert.deepEqual(readdirSync(world.main).sort(), ['register', 'status'], 'that of the outer namespace');
    assert.ok(daemon.names().includes(ours));
    return undefined;
  },

  'an anchor that shows another instance keeps nothing of ours alive': async (world) => {
    mounted(world);
    world.must('mount', '--make-shared', world.anchor);
    const nested = ['unshare', '-Urm', '--propagation', 'slave', 'sh', '-c'];
    const script = 'mount -t binfmt_misc b "$0" && exec "$@"';
    const { status, said } = cli(world, ['install', target, '--persist'], [...nested, script, world.main]);
    assert.equal(status, 1, said);
    assert.match(said, /not-lasting/);
    assert.deepEqual(readdirSync(world.anchor).sort(), ['register', 'status']);
    return undefined;
  },
});

/** Both mounts, made by an administrator. */
function mounted(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'b', world.main);
  world.must('mkdir', '-p', world.anchor);
  world.must('mount', '-t', 'binfmt_misc', 'b', world.anchor);
}

/** Whether nobody holds a lock on a file. */
function isFree(world: World, path: string): boolean {
  return world.command('flock', '-n', '-x', path, 'true').status === 0;
}
