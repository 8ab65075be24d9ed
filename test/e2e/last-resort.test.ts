import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { probeBytes } from '../../src/host/probe/files.ts';
import { cli } from './cli.ts';
import type { Daemon } from './daemon.ts';
import { startCounter } from './exec-counter.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const absent = 'ppc64le';
const none = (of: string): string => `keeper-none-${of}`;

await suite(import.meta.url, 'the last resort, on the real kernel', {
  'explain: every platform that nobody serves has an entry, those that are served and the host’s own have none':
    async (world) => {
      await start(world, 'explain');
      const there = await settled(world, absent);
      assert.ok(there.length > 20, String(there));
      for (const served of [target, other, process.arch === 'arm64' ? 'aarch64' : 'x86_64'])
        assert.ok(!there.includes(none(served)), served);
      assert.match(
        readFileSync(`${world.main}/${none(absent)}`, 'latin1'),
        /^enabled\ninterpreter .*\/store\/[0-9a-f]{16}\/last-resort\nflags: POF\n/,
      );
      const file = foreign(world, absent);
      assert.deepEqual(tried(file), [
        126,
        `${file}: a program for linux/ppc64le; this host has no emulator for it. binfmt-keeper install linux/ppc64le\n`,
      ]);
      const served = spawnSync(world.probe(), { input: 'x', encoding: 'latin1' });
      assert.equal(served.status, 0);
      return undefined;
    },

  'wait: with a handler deleted or disabled a hundred times no exec fails': async (world) => {
    await start(world, 'wait');
    await settled(world, target);
    const counter = await startCounter(world, 2);
    const ours = `${world.main}/keeper-${target}`;
    for (let turn = 0; turn < 100; turn += 1) {
      // As long as the rule against storms holds a handler back: what comes sooner waits the longer.
      await pause(100);
      world.write(ours, turn % 2 === 0 ? '-1' : '0');
      await until('it is back', () => (read(ours).startsWith('enabled') ? true : null));
    }
    const { execs, failed } = await counter.stop();
    assert.equal(failed, 0, `of ${execs}`);
    assert.ok(execs > 300, String(execs));
    return undefined;
  },

  'a flush takes it too, and it comes back behind the handlers': async (world) => {
    await start(world, 'wait');
    await settled(world, target);
    const before = names(world);
    for (let turn = 0; turn < 3; turn += 1) {
      world.write(`${world.main}/status`, '-1');
      await until('all of it is back', () =>
        before.every((name) => names(world).includes(name)) ? true : null,
      );
      assert.ok(place(world, `keeper-${target}`) < place(world, none(target)));
      assert.equal(spawnSync(world.probe(), { input: 'x' }).status, 0);
    }
    return undefined;
  },

  'what others registered before is not hidden, and what they register later comes in front': async (
    world,
  ) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    world.register('theirs', '/bin/true', '');
    // By name: any file can have it.
    world.write(`${world.main}/register`, ':byname:E::strange::/bin/echo:');
    const daemon = await start(world, 'wait', 'precedence: theirs');
    await daemon.verified();
    assert.deepEqual(
      names(world).filter((name) => name.startsWith('keeper-none')),
      [],
    );
    world.write(`${world.main}/byname`, '-1');
    await until('it comes where nothing is in its way', () =>
      names(world).includes(none(absent)) ? true : null,
    );
    assert.ok(!names(world).includes(none(target)));
    world.write(`${world.main}/register`, String.raw`:late:M:18:\x15\x00::/bin/echo:`);
    const file = foreign(world, absent);
    assert.deepEqual(spawnSync(file, ['a'], { encoding: 'latin1' }).stdout, `${file} a\n`);
    return undefined;
  },

  'it is deleted, disabled or changed by others: it comes back as it was, and nobody is fought': async (
    world,
  ) => {
    await start(world, 'explain');
    await settled(world, absent);
    const entry = `${world.main}/${none(absent)}`;
    const text = readFileSync(entry, 'latin1');
    for (const blow of ['-1', '0']) {
      world.write(entry, blow);
      await until('it is back', () => (read(entry) === text ? true : null));
    }
    return undefined;
  },

  'what could not run is told by status, history and JSON; a storm is counted and bounded, and a stopped keeper holds nobody up':
    async (world) => {
      const daemon = await start(world, 'explain');
      await settled(world, absent);
      const file = foreign(world, absent);
      for (let turn = 0; turn < 3; turn += 1) assert.equal(tried(file)[0], 126);
      const { unserved } = await daemon.reported('it', (r) => r.unserved?.recent[0]?.count === 3);
      assert.equal(unserved?.listening, true);
      assert.deepEqual(unserved?.counts, [{ platform: 'linux/ppc64le', cause: 'none', count: 3 }]);
      assert.equal(unserved?.recent[0]?.path, file);
      const { said } = cli(world, ['status']);
      assert.match(
        said,
        /programs that could not run: 3 since start\n {2}.*a program: linux\/ppc64le, nobody serves it; 3 times, last \d+s ago/,
      );
      // A thousand failures by a hundred names, as fast as they come.
      world.must(
        'sh',
        '-c',
        `for n in $(seq 100); do cp "${file}" ${world.dir}/app$n; done; for n in $(seq 1000); do ${world.dir}/app$((n % 100 + 1)) 2>/dev/null; done; :`,
      );
      const later = await daemon.reported('all of them', (r) => r.unserved?.counts[0]?.count === 1003);
      assert.equal(later.unserved?.recent.length, 50);
      // Nobody waits for a keeper that does not answer, but for the 10 ms of those that its queue holds.
      daemon.kill('SIGSTOP');
      for (let turn = 0; turn < 200; turn += 1) assert.equal(tried(file)[0], 126);
      daemon.kill('SIGCONT');
      assert.equal(await daemon.ended('SIGTERM'), 0);
      const next = await start(world, 'explain');
      const kept = await next.reported('the history', (r) => r.unserved?.recent.length === 50);
      assert.deepEqual(kept.unserved?.counts, []);
      return undefined;
    },

  'uninstall of a platform lets it be explained; uninstall of all and --purge leave nothing of it': async (
    world,
  ) => {
    await start(world, 'explain');
    await settled(world, absent);
    assert.equal(cli(world, ['uninstall', target]).status, 0);
    await settled(world, target);
    assert.match(tried(foreign(world, target))[1], /install linux\/\w+\n$/);
    const back = cli(world, ['install', target]);
    assert.equal(back.status, 0, back.said);
    assert.ok(place(world, `keeper-${target}`) < place(world, none(target)));
    assert.equal(cli(world, ['uninstall']).status, 0);
    await pause(3000);
    assert.deepEqual(names(world), []);
    assert.equal(cli(world, ['install', target]).status, 0);
    await settled(world, absent);
    const purged = cli(world, ['uninstall', '--purge']);
    assert.equal(purged.status, 0, purged.said);
    await pause(3000);
    assert.deepEqual(names(world), []);
    assert.equal(existsSync(world.store), false);
    return undefined;
  },

  'a daemon that was killed leaves them, the next one takes them as they are, and uninstall works without any':
    async (world) => {
      const daemon = await start(world, 'wait');
      await settled(world, target);
      const ids = names(world).map((name) => [
        name,
        world.command('stat', '-c', '%i', `${world.main}/${name}`).said,
      ]);
      await daemon.ended('SIGKILL');
      const next = await start(world, 'wait');
      await pause(2500);
      assert.deepEqual(
        names(world).map((name) => [name, world.command('stat', '-c', '%i', `${world.main}/${name}`).said]),
        ids,
      );
      await next.ended('SIGKILL');
      const { status, said } = cli(world, ['uninstall']);
      assert.equal(status, 0, said);
      assert.deepEqual(names(world), []);
      return undefined;
    },

  'others flush and register beside it: none of them fails, and theirs come in front': async (world) => {
    await start(world, 'explain');
    await settled(world, absent);
    const line = foreignLine('theirs', absent, '/bin/echo', '').toString('latin1');
    writeFileSync(`${world.dir}/line`, line, 'latin1');
    for (let turn = 0; turn < 20; turn += 1) {
      world.write(`${world.main}/status`, '-1');
      world.must('sh', '-c', `cat ${world.dir}/line >${world.main}/register`);
      const file = foreign(world, absent);
      assert.equal(spawnSync(file, ['a'], { encoding: 'latin1' }).stdout, `${file} a\n`);
      // Whether ours was there first or found theirs.
      assert.ok(!names(world).includes(none(absent)) || place(world, 'theirs') < place(world, none(absent)));
      world.write(`${world.main}/theirs`, '-1');
      await until('ours', () => (names(world).includes(none(absent)) ? true : null));
    }
    return undefined;
  },

  'uninstall, onStop: remove and a configuration without it leave nothing': async (world) => {
    const daemon = await start(world, 'explain', 'onStop: remove');
    await settled(world, absent);
    world.configure('onStop: remove\nlastResort: off\n');
    daemon.kill('SIGHUP');
    await until('it is gone', () => (names(world).some((name) => name.includes('none')) ? null : true));
    world.configure('onStop: remove\nlastResort: wait\n');
    daemon.kill('SIGHUP');
    await until('it is there', () => (names(world).includes(none(absent)) ? true : null));
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.deepEqual(names(world), []);
    return undefined;
  },
});

async function start(world: World, mode: string, more = ''): Promise<Daemon> {
  world.configure(`lastResort: ${mode}\n${more}\n`);
  return world.startVerified();
}

/** The last resort of a target is there. */
async function settled(world: World, of: string): Promise<readonly string[]> {
  await until(none(of), () => (names(world).includes(none(of)) ? true : null));
  return names(world);
}

function names(world: World): readonly string[] {
  return readdirSync(world.main).filter((name) => name !== 'register' && name !== 'status');
}

/** In the kernel's search order. */
function place(world: World, name: string): number {
  return world.command('ls', '-U', world.main).said.split('\n').indexOf(name);
}

/** A program of a platform. */
function foreign(world: World, of: string): string {
  const path = `${world.dir}/a program`;
  writeFileSync(path, probeBytes(of) ?? '', { mode: 0o755 });
  return path;
}

function tried(file: string): readonly [number | null, string] {
  const { status, stderr } = spawnSync(file, { encoding: 'utf8' });
  return [status, stderr];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
