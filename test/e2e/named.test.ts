import assert from 'node:assert/strict';
import { cli, reportOf } from './cli.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';

const [target, other] = targets;
const native = process.arch === 'x64' ? 'linux/amd64' : 'linux/arm64';

await suite(import.meta.url, 'platforms that are named', {
  'status and probe print these alone, and end as these are': async (world) => {
    const daemon = await world.startVerified({ env: { BINFMT_KEEPER_PRECEDENCE: 'ours' } });
    for (const command of ['status', 'probe']) {
      const one = reportOf(world, command, target);
      assert.deepEqual([one.status, one.ready, one.handlers.map((h) => h.key)], [0, true, [target]], command);
      assert.equal(one.summary, '1 of 1 handler verified', command);
    }
    assert.equal(cli(world, ['pause']).status, 0);
    world.write(`${world.main}/keeper-${other}`, '-1');
    await daemon.reported('the loss', (r) => !r.ready);
    assert.deepEqual(
      [reportOf(world, 'status').status, reportOf(world, 'status', target).status],
      [1, 0],
      'what others lack is not its fault',
    );
    assert.equal(reportOf(world, 'status', other).status, 1);
    assert.equal(reportOf(world, 'probe', target, other).status, 1);
    return undefined;
  },

  'status and probe say of a native platform that it is, and of one that is not kept that it is not': async (
    world,
  ) => {
    const check = (): void => {
      for (const command of ['status', 'probe']) {
        const { status, said } = cli(world, [command, native]);
        assert.equal(status, 0, said);
        assert.match(said, /its own|own architecture: it runs without emulation/);
        assert.match(said, /no handler is needed; ready/);
      }
    };
    const daemon = await world.startVerified();
    check();
    const { status, leftOut } = reportOf(world, 'status', 'linux/loong64');
    assert.equal(status, 1);
    assert.deepEqual(
      leftOut.map((row) => [row.target, row.kind]),
      [['loongarch64', 'not-kept']],
    );
    await daemon.ended('SIGTERM');
    check();
    return undefined;
  },

  'status of what the configuration does not keep looks at it without a daemon, whatever readiness requires':
    async (world) => {
      await (await world.startVerified({ platforms: target })).ended('SIGTERM');
      world.configure(`platforms: [${target}]\nreadiness: {required: [${target}]}\n`);
      const { handlers, status } = reportOf(world, 'status', other);
      assert.deepEqual([status, handlers.map((h) => [h.key, h.state])], [1, [[other, 'missing']]]);
      return undefined;
    },

  'after everything was uninstalled nobody is ready; after install counts agree': async (world) => {
    const daemon = await world.startVerified();
    world.write(`${world.main}/keeper-${target}`, '-1');
    await daemon.reported('the heal', (r) => r.heals.total === 1 && r.ready);
    const before = reportOf(world, 'status', target).handlers[0];
    assert.ok(before !== undefined && before.unavailableMs > 0);
    assert.equal(cli(world, ['uninstall']).status, 0);
    const emptied = reportOf(world, 'status');
    assert.deepEqual([emptied.status, emptied.ready, emptied.handlers], [1, false, []]);
    assert.match(cli(world, ['health']).said, /everything was uninstalled by request.*; not ready/);
    assert.equal(cli(world, ['install']).status, 0);
    const [after] = reportOf(world, 'status', target).handlers;
    assert.deepEqual([after?.heals, after?.lostAt], [before.heals, before.lostAt]);
    assert.ok((after?.unavailableMs ?? 0) >= before.unavailableMs);
    return undefined;
  },

  'status and probe of own handlers and of any entry answer about these, and end as these are': async (
    world,
  ) => {
    const handlers = [
      "  - {name: checked, extension: checked, interpreter: /usr/bin/cat, check: {command: ['/usr/bin/true']}}",
      "  - {name: failing, extension: failing, interpreter: /usr/bin/cat, check: {command: ['/usr/bin/false']}}",
      '  - {name: watched, extension: watched, interpreter: /usr/bin/cat}',
    ];
    world.configure(`platforms: [${target}]\nhandlers:\n${handlers.join('\n')}\n`);
    const daemon = await world.startVerified({ platforms: '' });
    await daemon.reported(
      'all handlers',
      (r) => r.entries.filter((e) => e.owner.kind === 'ours').length === 4,
    );
    world.write(`${world.main}/register`, ':fine:E::fine::/usr/bin/cat:\n');
    world.write(`${world.main}/register`, ':broken:E::broken::/usr/bin/no-such-file:\n');
    world.write(`${world.main}/register`, foreignLine('others', other, `/usr/bin/qemu-${other}-static`));
    // Whether interpreters are alive is looked at by a timer.
    await daemon.reported('the lost interpreter', (r) => r.problems.some((p) => p.subject === 'broken'));
    const expected: Readonly<Record<string, readonly [status: number, probe: number, says: RegExp]>> = {
      checked: [0, 0, /^1 of 1 handler verified; ready/m],
      failing: [1, 1, /^0 of 1 handler verified; not ready/m],
      watched: [0, 1, /^watched is registered, and nothing can prove it: it has no check/m],
      fine: [0, 1, /^fine is registered, and nothing can prove it: it serves no platform that has a probe/m],
      broken: [1, 1, /^broken: \/usr\/bin\/no-such-file does not exist: each exec ends with ENOENT/m],
      others: [0, 0, /^(1 of 1 handler verified|others is verified); ready/m],
      nothing: [2, 2, /Try: .*--help\n.*"nothing" is no platform, .* and no entry here has that name$/m],
    };
    const check = (): void => {
      for (const [name, [status, probe, says]] of Object.entries(expected)) {
        for (const [command, code] of [
          ['probe', probe],
          ['status', status],
        ] as const) {
          const answer = cli(world, [command, name]);
          assert.equal(answer.status, code, `${command} ${name}: ${answer.said}`);
          assert.match(answer.said, says, `${command} ${name}`);
          const about = Object.keys(expected).filter((one) => new RegExp(`^${one} `, 'm').test(answer.said));
          assert.ok(
            about.every((one) => one === name || name === 'others'),
            `${command} ${name}: ${answer.said}`,
          );
        }
      }
    };
    check();
    await daemon.ended('SIGTERM');
    check();
    return undefined;
  },

  'probe of a platform that the keeper does not keep proves what serves it, and install of the native one needs nothing':
    async (world) => {
      const daemon = await world.startVerified({ platforms: target });
      world.write(`${world.main}/register`, foreignLine('others', other, `/usr/bin/qemu-${other}-static`));
      const check = (): void => {
        const served = reportOf(world, 'probe', other);
        assert.deepEqual(
          [served.status, served.handlers.map((h) => [h.key, h.state, h.probe?.verdict])],
          [0, [[other, 'foreign-ok', 'verified']]],
        );
        const lost = cli(world, ['probe', 'linux/s390x']);
        assert.equal(lost.status, 1, lost.said);
        const none = cli(world, ['install', native]);
        assert.equal(none.status, 0, none.said);
        assert.doesNotMatch(none.said, /not-lasting/);
      };
      check();
      await daemon.ended('SIGTERM');
      check();
      return undefined;
    },
});
