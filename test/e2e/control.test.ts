import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askDaemon, watchReports } from '../../src/cli/ask/ask.ts';
import { cli, reportOf } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
const third = 'ppc64le';

/** Inside the user namespace of a case there is but one owner, so this directory is made before. */
const foreignVariable = 'E2E_FOREIGN_DIRECTORY';
if (process.env.E2E_CLAIM === undefined && process.getuid?.() === 0) {
  const made = mkdtempSync(join(tmpdir(), 'binfmt-keeper-foreign-'));
  chmodSync(made, 0o755);
  chownSync(made, 12_345, 12_345);
  process.env[foreignVariable] = made;
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
}

await suite(import.meta.url, 'a running daemon can be asked', {
  'status, probe and resume are answered by the daemon': async (world) => {
    const daemon = await world.startVerified();
    for (const command of ['status', 'probe', 'resume']) {
      const { status, daemon: who } = reportOf(world, command);
      assert.equal(status, 0);
      assert.equal(who?.pid, daemon.pid, command);
    }
    return undefined;
  },

  'whoever watches sees a loss and its repair, and the end of the daemon ends it': async (world) => {
    const daemon = await world.startVerified();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const report of watchReports(world.run, new AbortController().signal))
        seen.push(report.heals.total);
    })();
    await until('the first report', () => (seen.length > 0 ? true : null));
    world.write(`${world.main}/${ours}`, '-1');
    await until('the heal', () => (seen.at(-1) === 1 ? true : null));
    await daemon.ended('SIGTERM');
    await watching;
    const none = watchReports(world.run, new AbortController().signal);
    assert.deepEqual(await none.next(), { value: undefined, done: true });
    return undefined;
  },

  'a pause lets losses be, says so, and ends by itself': async (world) => {
    const daemon = await world.startVerified();
    const { status, said } = cli(world, ['pause', '--for', '6s']);
    assert.equal(status, 0, said);
    world.write(`${world.main}/${ours}`, '-1');
    const seen = await daemon.problem('paused');
    assert.ok((seen.paused?.until ?? 0) > Date.now() - 6000);
    await daemon.reported('the loss', (r) =>
      r.handlers.some((h) => h.key === target && h.state === 'missing'),
    );
    assert.ok(!existsSync(`${world.main}/${ours}`), 'it was healed during the pause');
    assert.equal(reportOf(world, 'status').ready, false);
    await daemon.healed(ours, 'missing');
    const after = await daemon.verified();
    assert.equal(after.paused, null);
    return undefined;
  },

  'nothing is mounted, verified or configured anew during a pause; resume does it at once': async (world) => {
    world.configure(`platforms: [${target}]\n`);
    const daemon = world.start({ platforms: '', flags: ['--resync', '200ms', '--probe-interval', '200ms'] });
    await daemon.verified();
    assert.equal(cli(world, ['pause']).status, 0);
    const probed = daemon.report()?.handlers[0]?.probe?.at;
    world.must('umount', '-l', world.anchor);
    world.must('umount', '-l', world.main);
    world.configure(`platforms: [${other}]\n`);
    daemon.kill('SIGHUP');
    await daemon.logged('the new configuration', (l) => String(l.handlers) === other);
    await pause(500);
    assert.deepEqual(daemon.names(), [ours]);
    assert.equal(world.isMounted(world.main) || world.isMounted(world.anchor), false);
    const refused = cli(world, ['install', third]);
    assert.equal(refused.status, 1);
    assert.match(refused.said, /paused/);
    assert.equal(daemon.report()?.handlers.find((h) => h.key === target)?.probe?.at ?? probed, probed);
    assert.equal(cli(world, ['resume']).status, 0);
    await until('the new entry alone', () => (daemon.names().join() === `keeper-${other}` ? true : null));
    await world.untilMounted(world.anchor);
    await world.untilMounted(world.main);
    const report = await daemon.verified();
    assert.equal(report.heals.total, 0, 'a new configuration is no loss');
    return undefined;
  },

  'what is installed beside the configuration is kept, also after a restart and a reload': async (world) => {
    const daemon = await world.startVerified({ platforms: target });
    const report = reportOf(world, 'install', `linux/${third}`);
    assert.equal(report.status, 0);
    assert.equal(report.handlers.find((h) => h.key === third)?.probe?.verdict, 'verified');
    world.write(`${world.main}/keeper-${third}`, '-1');
    await daemon.healed(`keeper-${third}`, 'missing');
    await daemon.ended('SIGKILL');
    const since = Date.now();
    const again = world.start({ platforms: target });
    assert.equal((await again.verified(since)).handlers.length, 2);
    const reloaded = Date.now();
    again.kill('SIGHUP');
    assert.equal((await again.verified(reloaded)).handlers.length, 2);
    return undefined;
  },

  'an install that cannot be verified ends with 1, and names no success': async (world) => {
    const empty = `${world.dir}/sources`;
    const daemon = world.start({ platforms: target, flags: ['--interpreters-sources', empty] });
    await daemon.reported('a report', () => true);
    const { status, handlers } = reportOf(world, 'install', 'linux/loong64');
    assert.equal(status, 1);
    assert.equal(handlers.find((h) => h.key === 'loongarch64')?.probe ?? null, null);
    return undefined;
  },

  'what is uninstalled stays away, also after a restart, until it is installed again': async (world) => {
    const daemon = await world.startVerified();
    const removed = cli(world, ['uninstall', target]);
    assert.deepEqual(removed, { status: 0, said: `removed ${ours}\n` });
    assert.deepEqual(daemon.names(), [`keeper-${other}`]);
    const shown = reportOf(world, 'status');
    assert.equal(shown.status, 0);
    assert.deepEqual(shown.leftOut, [{ target, why: 'uninstalled by request', kind: 'uninstalled' }]);
    await daemon.ended('SIGTERM');
    const since = Date.now();
    const again = world.start();
    await again.verified(since);
    assert.deepEqual(again.names(), [`keeper-${other}`]);
    assert.equal(cli(world, ['install', target]).status, 0);
    assert.deepEqual(again.names().sort(), [`keeper-${other}`, ours].sort());
    assert.deepEqual(reportOf(world, 'status').leftOut, []);
    return undefined;
  },

  'uninstall without names leaves nothing of ours, during a pause too; install brings the configuration back':
    async (world) => {
      const daemon = await world.startVerified();
      world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
      assert.equal(cli(world, ['pause']).status, 0);
      assert.equal(cli(world, ['uninstall']).status, 0);
      assert.deepEqual(daemon.names(), ['mine']);
      assert.equal(cli(world, ['resume']).status, 0);
      assert.deepEqual(daemon.names(), ['mine']);
      assert.equal(reportOf(world, 'install').status, 0);
      assert.deepEqual(daemon.names().sort(), [ours, `keeper-${other}`, 'mine'].sort());
      return undefined;
    },

  'without a daemon pause and resume end with 1, and the others act themselves': async (world) => {
    const daemon = await world.startVerified({ platforms: target });
    await daemon.ended('SIGKILL');
    assert.ok(
      lstatSync(`${world.run}/control.sock`).isSocket(),
      'the kill left no socket, so this shows nothing',
    );
    for (const command of ['pause', 'resume']) {
      const { status, said } = cli(world, [command]);
      assert.equal(status, 1);
      assert.match(said, /no daemon listens/);
    }
    assert.equal(await askDaemon(world.run, { type: 'status' }), null);
    world.configure(`platforms: [${target}]\n`);
    const report = reportOf(world, 'status');
    assert.equal(report.daemon, null);
    assert.deepEqual(
      report.handlers.map((h) => h.key),
      [target],
    );
    assert.equal(cli(world, ['uninstall', target]).said, `removed ${ours}\n`);
    await world.startVerified({ platforms: target });
    assert.equal(reportOf(world, 'status').status, 0, 'the socket left behind was replaced');
    return undefined;
  },

  'whatever clients do, losses are healed and others are answered': async (world) => {
    const daemon = await world.startVerified();
    const garbage = Buffer.alloc(1024 * 1024, 'x');
    const clients = Array.from({ length: 60 }, (_, i) => {
      const client = createConnection({ path: `${world.run}/control.sock` }).on('error', () => {});
      if (i % 3 === 0) for (let n = 0; n < 20; n++) client.write(garbage);
      if (i % 3 === 1) client.write('{"version":1,"type":"watch"}\n');
      return client;
    });
    for (let i = 0; i < 15; i++) {
      world.write(`${world.main}/${ours}`, '-1');
      await daemon.reported('a heal', (r) => r.heals.total === i + 1);
    }
    const busy = await askDaemon(world.run, { type: 'status' });
    assert.ok(busy?.type === 'report' || (busy?.type === 'error' && busy.code === 'busy'));
    for (const client of clients) client.destroy();
    const answer = await askDaemon(world.run, { type: 'status' });
    assert.equal(answer?.type, 'report');
    return undefined;
  },

  'a daemon that stands still is named, not waited for': async (world) => {
    const daemon = await world.startVerified();
    daemon.kill('SIGSTOP');
    const { status, said } = cli(world, ['install']);
    daemon.kill('SIGCONT');
    assert.equal(status, 1);
    assert.match(said, /no-answer/);
    return undefined;
  },

  'in a run directory that is a symlink nothing is written, and the daemon keeps on': async (world) => {
    const elsewhere = `${world.dir}/elsewhere`;
    mkdirSync(elsewhere);
    writeFileSync(`${elsewhere}/state.json`, '{}');
    rmdirSync(world.run);
    symlinkSync(elsewhere, world.run);
    await keepsWithout(world, elsewhere, ['state.json']);
    return undefined;
  },

  'in a run directory that others may write to nothing is written, and it is mended while the daemon runs':
    async (world) => {
      chmodSync(world.run, 0o777);
      const daemon = await keepsWithout(world, world.run, []);
      chmodSync(world.run, 0o755);
      daemon.kill('SIGHUP');
      await until('the socket', () => (existsSync(`${world.run}/control.sock`) ? true : null));
      await daemon.verified();
      assert.equal(reportOf(world, 'status').status, 0);
      return undefined;
    },

  'in a run directory of another owner nothing is written, and the daemon keeps on': async (world) => {
    const made = process.env[foreignVariable];
    if (made === undefined) return 'only root can make a directory of another owner';
    rmdirSync(world.run);
    mkdirSync(world.run);
    world.must('mount', '--bind', made, world.run);
    await keepsWithout(world, world.run, []);
    return undefined;
  },

  'a run directory that is exchanged while the daemon runs is not written to': async (world) => {
    const daemon = await world.startVerified({ flags: ['--resync', '200ms'] });
    const elsewhere = `${world.dir}/elsewhere`;
    mkdirSync(elsewhere);
    renameSync(world.run, `${world.dir}/before`);
    symlinkSync(elsewhere, world.run);
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.logged('the problem', (l) => l.problem === 'run-directory-untrusted');
    await pause(500);
    assert.deepEqual(readdirSync(elsewhere), []);
    return undefined;
  },
});

/** Starts a daemon, shows that it works, that nothing was put into a directory, and that commands name it. */
async function keepsWithout(world: World, directory: string, there: readonly string[]) {
  const daemon = world.start({ flags: ['--resync', '200ms'] });
  await daemon.logged('the problem', (l) => l.problem === 'run-directory-untrusted');
  await until('emulation', () => (daemon.runs() ? true : null));
  world.write(`${world.main}/${ours}`, '-1');
  await daemon.healed(ours, 'missing');
  assert.deepEqual(readdirSync(directory), there);
  const { status, said } = cli(world, ['install', target]);
  assert.equal(status, 1);
  assert.match(said, /locked-by-another.*not visible here/s);
  assert.deepEqual(readdirSync(directory), there);
  return daemon;
}
