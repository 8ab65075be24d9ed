import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../../src/core/report/report.ts';
import { readExposition, type Series } from '../core/report/exposition.ts';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
const handlerOf = (report: Report, key: string) => {
  const found = report.handlers.find((h) => h.key === key);
  assert.ok(found);
  return found;
};

await suite(import.meta.url, 'the report counts what happens', {
  'a heal is counted, timed and told as a loss, and nothing else is': async (world) => {
    const daemon = await world.startVerified();
    const before = await daemon.verified();
    assert.deepEqual(before.totals.heals, []);
    assert.equal(handlerOf(before, target).lostAt, null);
    assert.ok(before.totals.probeMs.counts.reduce((a, b) => a + b) >= 2);
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    const report = await daemon.verified(since);
    const { totals } = report;
    assert.deepEqual(totals.heals, [{ handler: ours, reason: 'missing', count: 1 }]);
    assert.equal(
      totals.healMs.counts.reduce((a, b) => a + b),
      1,
    );
    assert.equal(totals.flushes, 0);
    assert.deepEqual(totals.failures, []);
    const lost = handlerOf(report, target);
    assert.ok(lost.lostAt !== null && lost.lostAt >= since - 1000 && lost.lostAt <= report.at);
    assert.equal(lost.unavailableMs, totals.healMs.sum);
    assert.ok(lost.unavailableMs > 0);
    const untouched = handlerOf(report, other);
    assert.deepEqual([untouched.lostAt, untouched.unavailableMs], [null, 0]);
    assert.ok(totals.lastGoodPassAt !== null && totals.lastGoodPassAt >= since - 1000);
    return undefined;
  },

  'all entries gone at once are a flush': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/status`, '-1');
    const { totals } = await daemon.reported('two heals', (r) => r.heals.total === 2, since);
    assert.equal(totals.flushes, 1);
    return undefined;
  },

  'what is lost during a pause is unavailable until it is healed': async (world) => {
    const daemon = await world.startVerified();
    assert.equal(cli(world, ['pause']).status, 0);
    world.write(`${world.main}/${ours}`, '-1');
    const gone = await daemon.reported('a loss', (r) => handlerOf(r, target).state === 'missing');
    const first = handlerOf(gone, target);
    assert.ok(first.lostAt !== null);
    // Whatever makes a report be drawn again.
    world.register('somebody', '/bin/true', '');
    const still = await daemon.reported(
      'more of it',
      (r) => handlerOf(r, target).unavailableMs > first.unavailableMs,
    );
    assert.equal(handlerOf(still, target).lostAt, first.lostAt);
    assert.equal(cli(world, ['resume']).status, 0);
    const healed = await daemon.verified(Date.now());
    const [heal] = healed.heals.recent;
    assert.ok(heal && heal.tookMs >= first.unavailableMs);
    assert.equal(handlerOf(healed, target).unavailableMs, heal.tookMs);
    return undefined;
  },

  'entries of others are counted, ours are not': async (world) => {
    const daemon = await world.startVerified();
    world.register('somebody', '/bin/true', '');
    world.register('somebody-else', '/bin/true', '');
    const two = await daemon.reported('two of others', (r) => r.instance.foreign === 2);
    assert.equal(two.instance.enabled, true);
    world.write(`${world.main}/somebody`, '-1');
    await daemon.reported('one of others', (r) => r.instance.foreign === 1);
    return undefined;
  },

  'a configuration that is wrong is told until one is right': async (world) => {
    const daemon = await world.startVerified();
    const before = daemon.report()?.totals.reload;
    assert.equal(before?.ok, true);
    world.configure('platforms: 7\n');
    const wrong = await daemon.reported('a wrong one', (r) => !r.totals.reload.ok);
    assert.equal(wrong.totals.reload.goodAt, before.goodAt);
    world.configure('{}\n');
    const right = await daemon.reported('a right one', (r) => r.totals.reload.ok);
    assert.ok((right.totals.reload.goodAt ?? 0) > (before.goodAt ?? 0));
    return undefined;
  },

  'losses and heals outlive the daemon, its counts do not': async (world) => {
    const first = await world.startVerified();
    world.write(`${world.main}/${ours}`, '-1');
    const before = await first.reported('a heal', (r) => r.heals.total === 1);
    await first.ended('SIGTERM');
    const second = await world.startVerified();
    const after = await second.verified();
    assert.equal(after.heals.total, 0);
    assert.equal(handlerOf(after, target).heals, 0);
    assert.deepEqual(after.heals.recent, before.heals.recent);
    assert.equal(handlerOf(after, target).lostAt, handlerOf(before, target).lostAt);
    assert.deepEqual(after.totals.heals, []);
    return undefined;
  },

  'they outlive a crash as well': async (world) => {
    const first = await world.startVerified();
    world.write(`${world.main}/${ours}`, '-1');
    await first.reported('a heal', (r) => r.heals.total === 1);
    await until('the history', () => (existsSync(`${world.run}/history.json`) ? true : null));
    await first.ended('SIGKILL');
    const after = await (await world.startVerified()).verified();
    assert.equal(after.heals.recent.length, 1);
    return undefined;
  },

  'a history that is damaged, of another boot or hostile harms nobody': async (world) => {
    const first = await world.startVerified();
    world.write(`${world.main}/${ours}`, '-1');
    await first.reported('a heal', (r) => r.heals.total === 1);
    await first.ended('SIGTERM');
    const file = `${world.run}/history.json`;
    const good = readFileSync(file, 'utf8');
    const hostile = [
      '',
      good.slice(0, -9),
      good.replace(/"bootId":"[^"]*"/, '"bootId":"another"'),
      good.replace('"schema":1', '"schema":2'),
      good
        .replace(/"heals":\[.*?\]/, '"heals":[{"at":1e999,"key":null},7,"x"]')
        .replace(/"lost":\[.*\]/, '"lost":{}'),
    ];
    for (const text of hostile) {
      writeFileSync(file, text);
      const daemon = await world.startVerified();
      const report = await daemon.verified();
      assert.deepEqual(report.heals, { total: 0, recent: [] }, text);
      assert.equal(await daemon.ended('SIGTERM'), 0);
    }
    return undefined;
  },

  'the textfile says what the report says, is replaced while the daemon runs and goes with it': async (
    world,
  ) => {
    const file = `${world.dir}/keeper.prom`;
    const daemon = await world.startVerified({ flags: ['--publish-textfile', file] });
    const seen = await until(
      'a state',
      () => metricsIn(file).find((s) => s.name.endsWith('handler_state')) ?? null,
    );
    assert.equal(seen.labels.handler?.startsWith('keeper-'), true);
    world.write(`${world.main}/${ours}`, '-1');
    await until('the heal', () => (healsIn(file) === 1 ? true : null));
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.equal(existsSync(file), false);
    return undefined;
  },

  'a textfile that a crash left is replaced by the next daemon': async (world) => {
    const file = `${world.dir}/keeper.prom`;
    world.configure(`publish: {textfile: ${file}}\n`);
    const first = await world.startVerified();
    world.write(`${world.main}/${ours}`, '-1');
    await until('the heal', () => (healsIn(file) === 1 ? true : null));
    await first.ended('SIGKILL');
    assert.equal(healsIn(file), 1);
    const second = await world.startVerified();
    await until('a new file', () => (healsIn(file) === 0 ? true : null));
    world.configure('{}\n');
    await until('no file', () => (existsSync(file) ? null : true));
    assert.equal(await second.ended('SIGTERM'), 0);
    return undefined;
  },

  'a textfile on a full or read-only file system is a problem and harms nobody': async (world) => {
    const dir = `${world.dir}/small`;
    mkdirSync(dir);
    world.must('mount', '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', dir);
    writeFileSync(`${dir}/full`, 'x'.repeat(4096));
    const daemon = await world.startVerified({ flags: ['--publish-textfile', `${dir}/keeper.prom`] });
    const full = await daemon.problem('textfile-unwritable');
    assert.match(full.problems[0]?.detail ?? '', /ENOSPC/);
    world.remount(dir, 'ro');
    await daemon.reported('EROFS', (r) => r.problems.some((p) => p.detail.includes('EROFS')));
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },
});

function metricsIn(file: string): Series[] {
  return existsSync(file) ? readExposition(readFileSync(file, 'utf8')) : [];
}

function healsIn(file: string): number | undefined {
  return metricsIn(file).find(
    (s) => s.name.endsWith('heals_total') && s.labels.handler === ours && s.labels.reason === 'missing',
  )?.value;
}
