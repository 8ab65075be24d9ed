import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import { keeper } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;

await suite(import.meta.url, 'the daemon may die, stand still, be restarted and reconfigured', {
  'SIGTERM and a restart interrupt no exec': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    assert.equal(await daemon.ended('SIGTERM'), 0);
    await prober.more();
    await world.startVerified();
    await prober.assertUnbroken();
    return undefined;
  },

  'SIGTERM in the middle of a reload ends it at once, without a defect': async (world) => {
    for (const ms of [0, 2, 5, 20]) {
      const daemon = await world.startVerified();
      daemon.kill('SIGHUP');
      await pause(ms);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      assert.deepEqual(
        daemon.log.filter((line) => Number(line.level) >= 50),
        [],
      );
    }
    return undefined;
  },

  'SIGKILL and a restart interrupt no exec': async (world) => {
    const daemon = await world.startVerified();
    const prober = await world.prober();
    await daemon.ended('SIGKILL');
    await prober.more();
    const again = await world.startVerified();
    await prober.assertUnbroken();
    assert.equal((await again.verified()).heals.total, 0);
    return undefined;
  },

  'SIGKILL at any moment of a replacement leaves nothing behind that a restart does not mend': async (
    world,
  ) => {
    world.command('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    const mine = readFileSync(`${world.main}/mine`, 'latin1');
    for (let round = 0; round < 20; round++) {
      const daemon = world.start({ platforms: target });
      await daemon.reported('a report', () => true);
      // hijacks in a row keep it replacing; where in that the signal falls is up to chance
      const stop = performance.now() + Math.random() * 15;
      while (performance.now() < stop) {
        world.register('hijack', '/bin/true', '');
        world.write(`${world.main}/hijack`, '-1');
      }
      await daemon.ended('SIGKILL');
    }
    const since = Date.now();
    const last = world.start({ platforms: target });
    await last.verified(since);
    await until('no stand-in left', () => (last.names().some((n) => n.endsWith('.next')) ? null : true));
    assert.deepEqual(last.names().sort(), [ours, 'mine'].sort());
    assert.equal(readFileSync(`${world.main}/mine`, 'latin1'), mine);
    return undefined;
  },

  'after a standstill in which a thousand events were lost, all is healed': async (world) => {
    const daemon = await world.startVerified();
    daemon.kill('SIGSTOP');
    for (let i = 0; i < 500; i++) {
      world.write(`${world.main}/register`, `:noise${i % 7}:E::noise${i}::/bin/true:`);
      world.write(`${world.main}/noise${i % 7}`, '-1');
    }
    world.write(`${world.main}/${ours}`, '-1');
    world.write(`${world.main}/keeper-${other}`, '0');
    const since = Date.now();
    daemon.kill('SIGCONT');
    await daemon.healed(ours, 'missing');
    await daemon.healed(`keeper-${other}`, 'disabled');
    await daemon.verified(since);
    return undefined;
  },

  'a log that nobody reads stops no heal': async (world) => {
    const daemon = world.start({ unreadLog: true, flags: ['--log-level', 'trace'] });
    await daemon.verified();
    for (let i = 0; i < 2000; i++) {
      const name = i % 2 === 0 ? ours : `keeper-${other}`;
      if (existsSync(`${world.main}/${name}`)) world.write(`${world.main}/${name}`, '-1');
      if (i % 20 === 0) await until('a heal', () => (existsSync(`${world.main}/${ours}`) ? true : null));
    }
    await until('the last heal', () =>
      existsSync(`${world.main}/${ours}`) && existsSync(`${world.main}/keeper-${other}`) ? true : null,
    );
    await daemon.verified(Date.now() - 200);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'a second daemon stands by and takes over when the first is killed': async (world) => {
    const first = await world.startVerified();
    const second = world.start();
    await second.logged('that it stands by', (l) => l.problem === 'locked-by-another');
    assert.equal(first.report()?.daemon?.pid, first.pid, 'the one that stands by wrote the report');
    await first.ended('SIGKILL');
    await second.verified();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await second.healed(ours, 'missing');
    await second.verified(since);
    return undefined;
  },

  'a daemon that stands by ends by SIGTERM': async (world) => {
    const first = await world.startVerified();
    const second = world.start();
    await second.logged('that it stands by', (l) => l.problem === 'locked-by-another');
    assert.equal(await second.ended('SIGTERM'), 0);
    await first.verified();
    return undefined;
  },

  'an invalid configuration is reported at SIGHUP, and the old one stays in force': async (world) => {
    const daemon = await world.startVerified();
    world.configure('platfroms: all\n');
    daemon.kill('SIGHUP');
    await daemon.problem('config-invalid');
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    world.configure('{}\n');
    daemon.kill('SIGHUP');
    await daemon.reported('no problem left', (r) => r.ready && r.problems.length === 0, since);
    return undefined;
  },

  'platforms follow the configuration at SIGHUP and without it': async (world) => {
    world.configure(`platforms: [${target}]\n`);
    const daemon = world.start({ platforms: '' });
    await daemon.verified();
    assert.deepEqual(daemon.names(), [ours]);
    world.configure(`platforms: [${target}, ${other}]\n`);
    daemon.kill('SIGHUP');
    await daemon.reported('both', (r) => r.ready && r.handlers.length === 2);
    world.configure(`platforms: [${other}]\n`);
    await daemon.reported('the other one', (r) => r.ready && r.handlers[0]?.key === other);
    await until('only the other one', () => (daemon.names().join() === `keeper-${other}` ? true : null));
    await daemon.verified();
    return undefined;
  },

  'a shorter resync counts as soon as the configuration says it': async (world) => {
    world.configure(`platforms: [${target}]\nresync: 1h\n`);
    const daemon = await world.startVerified({ platforms: '' });
    world.configure(`platforms: [${target}]\nresync: 200ms\n`);
    daemon.kill('SIGHUP');
    rmSync(`${world.run}/control.sock`);
    await until('what each resync opens again', () =>
      existsSync(`${world.run}/control.sock`) ? true : null,
    );
    return undefined;
  },

  'another prefix renames what is ours': async (world) => {
    world.configure('names: keeper-\n');
    const daemon = await world.startVerified();
    const prober = await world.prober();
    world.configure('names: other-\n');
    daemon.kill('SIGHUP');
    await daemon.reported(
      'new names',
      (r) => r.ready && r.handlers.every((h) => h.name.startsWith('other-')),
    );
    await until('the old names gone', () =>
      daemon.names().every((n) => n.startsWith('other-')) ? true : null,
    );
    await prober.assertUnbroken();
    await daemon.verified();
    return undefined;
  },

  'onStop: remove takes away what is ours and nothing else': async (world) => {
    const daemon = await world.startVerified({ flags: ['--on-stop', 'remove'] });
    world.write(`${world.main}/register`, ':mine:E::mine-ext::/bin/true:');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.deepEqual(readdirSync(world.main).sort(), ['mine', 'register', 'status']);
    assert.equal(daemon.runs(), false);
    return undefined;
  },

  'wrong usage and a wrong configuration end with 2': async (world) => {
    assert.equal(await world.start({ flags: ['--no-such-flag'] }).ended(), 2);
    assert.equal(await world.start({ flags: ['--precedence', 'mine'] }).ended(), 2);
    world.configure('platfroms: all\n');
    assert.equal(await world.start().ended(), 2);
    const { status, said } = world.command(process.execPath, keeper, 'no-such-command');
    assert.equal(status, 2, said);
    return undefined;
  },
});
