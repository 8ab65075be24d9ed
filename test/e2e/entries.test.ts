import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cli } from './cli.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;

await suite(import.meta.url, 'what others do to entries is healed', {
  'an entry that was deleted comes back': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    const line = await daemon.healed(ours, 'missing');
    assert.equal(typeof line.goneMs, 'number');
    const report = await daemon.verified(since);
    assert.equal(report.heals.total, 1);
    assert.deepEqual(daemon.names().sort(), [ours, `keeper-${other}`].sort());
    return undefined;
  },

  'an entry that was disabled is enabled': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '0');
    await daemon.healed(ours, 'disabled');
    await daemon.verified(since);
    assert.match(readFileSync(`${world.main}/${ours}`, 'latin1'), /^enabled\n/);
    return undefined;
  },

  'after -1 to status all entries come back': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/status`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.healed(`keeper-${other}`, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  'a 0 in status is taken back': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/status`, '0');
    await daemon.healed('status', 'status-zero');
    await daemon.verified(since);
    assert.equal(readFileSync(`${world.main}/status`, 'latin1'), 'enabled\n');
    return undefined;
  },

  'a 0 in status is respected where that is configured': async (world) => {
    const daemon = await world.startVerified({ flags: ['--on-status-zero', 'respect'] });
    world.write(`${world.main}/status`, '0');
    const report = await daemon.problem('status-zero');
    assert.equal(readFileSync(`${world.main}/status`, 'latin1'), 'disabled\n');
    assert.equal(report.ready, false, 'ready although nothing foreign runs');
    assert.equal(daemon.runs(), false);
    const since = Date.now();
    world.write(`${world.main}/status`, '1');
    const after = await daemon.verified(since);
    assert.equal(
      after.problems.some((p) => p.code === 'status-zero'),
      false,
    );
    return undefined;
  },

  'an entry that was replaced under our name by a foreign one is ours again': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    daemon.kill('SIGSTOP');
    world.write(`${world.main}/${ours}`, '-1');
    world.register(ours, '/bin/true', '');
    daemon.kill('SIGCONT');
    await daemon.healed(ours, 'drifted');
    await daemon.verified(since);
    assert.match(readFileSync(`${world.main}/${ours}`, 'latin1'), new RegExp(`interpreter ${world.store}/`));
    return undefined;
  },

  'ours: a later entry is overtaken and left alone': async (world) => {
    const daemon = await world.startVerified();
    const since = Date.now();
    world.register('hijack', '/bin/true', '');
    await daemon.healed(ours, 'shadowed');
    await daemon.verified(since);
    assert.ok(daemon.names().includes('hijack'), 'an entry of somebody else was deleted');
    return undefined;
  },

  'last: a later entry that works serves, one that is broken is overtaken': async (world) => {
    const daemon = await world.startVerified({ flags: ['--precedence', 'last'] });
    const working = Date.now();
    world.register('qemu-later');
    const report = await daemon.reported(
      'the foreign entry verified',
      (r) => r.ready && stateOf(r) === 'foreign-ok',
      working,
    );
    assert.equal(report.handlers.find((h) => h.key === target)?.owner, 'foreign');
    const broken = Date.now();
    world.register('hijack', '/bin/false', '');
    await daemon.healed(ours, 'shadowed');
    await daemon.reported('ours verified', (r) => r.ready && stateOf(r) === 'ok', broken);
    await daemon.verified(broken);
    assert.ok(daemon.names().includes('qemu-later') && daemon.names().includes('hijack'));
    return undefined;
  },

  'theirs: an entry of somebody else serves alone, and ours comes back when it goes': async (world) => {
    const daemon = await world.startVerified({ flags: ['--precedence', 'theirs'] });
    const from = Date.now();
    world.register(`qemu-${target}`);
    await daemon.reported('the foreign entry verified', (r) => r.ready && stateOf(r) === 'foreign-ok', from);
    await daemon.healed(ours, 'steps-aside');
    assert.equal(daemon.names().includes(ours), false);
    const gone = Date.now();
    world.write(`${world.main}/qemu-${target}`, '-1');
    await daemon.reported('ours verified', (r) => r.ready && stateOf(r) === 'ok', gone);
    await daemon.verified(gone);
    return undefined;
  },

  "another tool's reset and registration never fails, and no exec either": async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    const name = `qemu-${target}`;
    const line = foreignLine(name, target, `/usr/bin/${name}-static`);
    world.write(`${world.main}/register`, line);
    for (let round = 0; round < 50; round++) {
      world.write(`${world.main}/${name}`, '-1');
      world.write(`${world.main}/register`, line);
      await pause(1);
    }
    await prober.assertUnbroken();
    const since = Date.now();
    world.write(`${world.main}/${name}`, '-1');
    await daemon.reported('a calm state', (r) => r.ready && stateOf(r) === 'ok');
    await daemon.verified();
    assert.ok(since > 0);
    assert.equal(daemon.names().includes(name), false, 'their entry was brought back');
    return undefined;
  },

  'what a probe found while somebody stood in front is not held against ours': async (world) => {
    const daemon = await world.startVerified();
    assert.equal(cli(world, ['pause']).status, 0);
    world.register('brief', '/bin/false', '');
    assert.equal(cli(world, ['probe', target]).status, 1);
    world.write(`${world.main}/brief`, '-1');
    const gone = Date.now();
    assert.equal(cli(world, ['resume']).status, 0);
    await daemon.verified(gone);
    return undefined;
  },

  'a probe that failed is run again soon, for its cause may be over without an event': async (world) => {
    const daemon = await world.startVerified();
    renameSync(world.probe(), `${world.probe()}.away`);
    writeFileSync(world.probe(), 'neither a program nor a script', { mode: 0o755 });
    assert.equal(cli(world, ['probe', target]).status, 1);
    renameSync(`${world.probe()}.away`, world.probe());
    await daemon.verified(Date.now());
    return undefined;
  },

  'foreign entries survive all of it untouched': async (world) => {
    const daemon = await world.startVerified();
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    const before = readFileSync(`${world.main}/mine`, 'latin1');
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    world.register('hijack', '/bin/true', '');
    await daemon.verified(since);
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), before);
    return undefined;
  },
});

function stateOf(report: Awaited<ReturnType<Awaited<ReturnType<World['startVerified']>>['verified']>>) {
  return report.handlers.find((h) => h.key === target)?.state;
}
