// Runs in a private user and mount namespace: a real keeper, a real Prometheus, faults. Told by run.ts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cli } from '../e2e/cli.ts';
import type { Daemon } from '../e2e/daemon.ts';
import { targets } from '../e2e/foreign.ts';
import { until } from '../e2e/until.ts';
import { createWorld, type World } from '../e2e/world.ts';
import { freePort, type Prometheus, projectRules, startPrometheus } from './prometheus.ts';
import { shortenRules } from './shorten.ts';

interface Scene {
  readonly world: World;
  readonly prometheus: Prometheus;
  readonly address: string;
  daemon: Daemon;
  readonly start: () => Promise<Daemon>;
}

const [first, second] = targets;
const names = [`keeper-${first}`, `keeper-${second}`] as const;
const quick = 'resync: 4s\nprobe: {interval: 2s, timeout: 20s}\n';

const scenes: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'a keeper that is well is scraped, and no alert stands': async ({ prometheus, address }) => {
    const ok = 'binfmt_keeper_handler_state{state="ok"} == 1';
    await prometheus.until('two handlers that are ok', ok, (found) => found.length === 2);
    await prometheus.until('two probes that ran', 'binfmt_keeper_probe_success == 1', (f) => f.length === 2);
    await prometheus.until(
      'a rule to be evaluated',
      'handler:binfmt_keeper_handler_availability:ratio30d == 1',
    );
    await prometheus.until('no alert', 'ALERTS', (found) => found.length === 0);
    const heals = await prometheus.query(
      'sum by (handler) (binfmt_keeper_heals_total{reason="missing"}) == 0',
    );
    assert.ok(heals.length >= 2, 'counters begin at 0');
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: metrics,
      encoding: 'utf8',
    });
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  },

  'an entry that is deleted is healed: the counter rises, and no handler is ever down': async ({
    world,
    prometheus,
  }) => {
    world.write(`${world.main}/${names[0]}`, '-1');
    const counter = `binfmt_keeper_heals_total{handler="${names[0]}",reason="missing"}`;
    await prometheus.until('a heal', `${counter} == 1`);
    await prometheus.until('a heal in the histogram', 'binfmt_keeper_heal_duration_seconds_count >= 1');
    const down = await prometheus.query('count_over_time(ALERTS{alertname="BinfmtHandlerDown"}[1h])');
    assert.deepEqual(down, []);
  },

  'one that is deleted again and again flaps, until it is left alone': async ({ world, prometheus }) => {
    const entry = `${world.main}/${names[1]}`;
    for (let i = 1; i <= 9; i++) {
      world.write(entry, '-1');
      await until(`heal ${i}`, () => (existsSync(entry) ? true : null));
    }
    await prometheus.fires('BinfmtHandlerFlapping', { handler: names[1] });
    const down = await prometheus.query('count_over_time(ALERTS{alertname="BinfmtHandlerDown"}[1h])');
    assert.deepEqual(down, []);
    await prometheus.clears('BinfmtHandlerFlapping');
  },

  'a keeper that is paused lets a handler be down and its anchor be missing; resumed, all is well again':
    async ({ world, prometheus }) => {
      assert.equal(cli(world, ['pause']).status, 0);
      world.write(`${world.main}/${names[0]}`, '-1');
      world.must('umount', '--lazy', world.anchor);
      await prometheus.fires('BinfmtHandlerDown', { handler: names[0], severity: 'critical' });
      await prometheus.fires('BinfmtAnchorMissing');
      await prometheus.fires('BinfmtKeeperPaused');
      const down = await prometheus.query('ALERTS{alertname="BinfmtHandlerDown"}');
      assert.equal(down.length, 1, 'the other handler is not down');
      assert.equal(cli(world, ['resume']).status, 0);
      for (const alert of ['BinfmtHandlerDown', 'BinfmtAnchorMissing', 'BinfmtKeeperPaused'])
        await prometheus.clears(alert);
      const lost = `binfmt_keeper_handler_unavailable_seconds_total{handler="${names[0]}"} > 1`;
      await prometheus.until('the time without it', lost);
    },

  'an emulator that cannot be executed any more fails its probe, and cannot be registered again': async ({
    world,
    prometheus,
  }) => {
    world.remount(world.dir, 'noexec');
    await prometheus.fires('BinfmtProbeFailing', { handler: names[0], severity: 'critical' });
    world.write(`${world.main}/${names[0]}`, '-1');
    await prometheus.fires('BinfmtHandlerDown', { handler: names[0] });
    await prometheus.fires('BinfmtKeeperStale');
    await prometheus.fires('BinfmtKeeperProblem');
    const refused = `binfmt_keeper_registration_failures_total{handler="${names[0]}",code="EACCES"} > 0`;
    await prometheus.until('refusals by errno', refused);
    world.remount(world.dir, 'exec');
    for (const alert of [
      'BinfmtHandlerDown',
      'BinfmtKeeperStale',
      'BinfmtProbeFailing',
      'BinfmtKeeperProblem',
    ])
      await prometheus.clears(alert);
  },

  'a configuration that is wrong is told, until it is corrected': async ({ world, prometheus }) => {
    world.configure(`${quick}resink: 1s\n`);
    await prometheus.fires('BinfmtConfigReloadFailed');
    world.configure(`${quick}onStatusZero: respect\n`);
    await prometheus.clears('BinfmtConfigReloadFailed');
  },

  'an instance that is switched off, and is to be left so, is critical': async ({ world, prometheus }) => {
    world.write(`${world.main}/status`, '0');
    await prometheus.fires('BinfmtInstanceDisabled', { severity: 'critical' });
    await prometheus.fires('BinfmtKeeperProblem', { code: 'status-zero' });
    world.write(`${world.main}/status`, '1');
    await prometheus.clears('BinfmtInstanceDisabled');
    await prometheus.clears('BinfmtKeeperProblem');
  },

  'a keeper that is stopped is absent, and not its handlers; started again, no alert stands': async (
    scene,
  ) => {
    const { prometheus, daemon } = scene;
    assert.equal(await daemon.ended('SIGTERM'), 0);
    await prometheus.fires('BinfmtKeeperAbsent', { job: 'binfmt-keeper' });
    const down = await prometheus.query('ALERTS{alertname="BinfmtHandlerDown"}');
    assert.deepEqual(down, []);
    scene.daemon = await scene.start();
    await prometheus.clears('BinfmtKeeperAbsent');
    await prometheus.until('no alert', 'ALERTS', (found) => found.length === 0);
  },
};

const world = createWorld(process.argv[2] ?? '');
world.configure(quick);
const address = `127.0.0.1:${await freePort()}`;
const start = (): Promise<Daemon> => world.startVerified({ flags: ['--http-listen', address] });
const scene: Scene = {
  world,
  address,
  start,
  daemon: await start(),
  prometheus: await startPrometheus(world.dir, shortenRules(projectRules()), address),
};
for (const [claim, show] of Object.entries(scenes)) {
  const began = performance.now();
  const failure = await show(scene).then(
    () => null,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${failure === null ? 'ok' : 'not ok'} - ${claim} (${seconds} s)\n`);
  if (failure === null) continue;
  const alerts = await scene.prometheus.query('ALERTS').catch(() => []);
  process.stdout.write(`${failure}\nalerts: ${JSON.stringify(alerts)}\n`);
  process.stdout.write(`${world.story()}\n${scene.prometheus.log()}\n`);
  process.exitCode = 1;
  break;
}
await scene.prometheus.stop();
await scene.daemon.ended('SIGTERM').catch(() => {});
world.end();
