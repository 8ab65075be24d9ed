import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { asStranger, stranger } from '../users.ts';
import { cli } from './cli.ts';
import type { Daemon } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target, other] = targets;
const hidden = 'others may not look into this clone, as in /root';
const owner = ['--readiness-witness-owner', `:${stranger}`];

await suite(
  import.meta.url,
  'what a witness tells the keeper',
  {
    'makes a platform verified for containers, and only whom the configuration names may tell': async (
      world,
    ) => {
      if (!mayRead(world)) return hidden;
      const refused = await world.startVerified();
      await listening(world);
      const told = tell(world, [target]);
      assert.equal(told.status, 3);
      assert.match(told.said, /the keeper was not told: connect EACCES/);
      assert.equal(containers(refused, target)?.verdict, 'may');
      await refused.ended('SIGTERM');
      const daemon = await world.startVerified({ flags: owner });
      await listening(world, 0o660);
      assert.equal(tell(world, [target, other]).status, 0);
      const report = await daemon.reported('a proof of a witness', (r) =>
        r.handlers.every((h) => h.containers.verdict === 'verified'),
      );
      assert.ok(report.ready);
      assert.match(report.handlers[0]?.containers.detail ?? '', /^by a witness: by \S+\/qemu-\S+ in \d+ ms$/);
      return undefined;
    },

    'makes it not ready where it fails there, and is forgotten after its time': async (world) => {
      if (!mayRead(world)) return hidden;
      const flags = [...owner, '--readiness-witness-age', '3s'];
      const daemon = await world.startVerified({ flags });
      await listening(world, 0o660);
      await say(world, [{ target, verdict: 'fails', detail: 'it died', ageMs: 0 }]);
      const report = await daemon.problem('witness-failed');
      assert.ok(!report.ready);
      const handler = report.handlers.find((h) => h.key === target);
      assert.deepEqual([handler?.state, handler?.containers.verdict], ['unverified', 'may-not']);
      assert.match(handler?.why ?? '', /for ordinary containers: a witness: it died$/);
      assert.equal(report.handlers.find((h) => h.key === other)?.state, 'ok');
      assert.equal(cli(world, ['health']).status, 1);
      await daemon.reported('that it is forgotten', (r) => r.ready && r.problems.length === 0);
      return undefined;
    },

    'is waited for where it is required, and holds for the interpreter that it speaks of': async (world) => {
      if (!mayRead(world)) return hidden;
      const daemon = world.start({ flags: [...owner, '--readiness-witness', 'required'] });
      const missing = await daemon.problem('witness-missing');
      assert.ok(!missing.ready);
      await listening(world, 0o660);
      assert.equal(tell(world, [target, other]).status, 0);
      await daemon.verified();
      world.write(`${world.main}/keeper-${target}`, '-1');
      await daemon.healed(`keeper-${target}`, 'missing');
      const healed = await daemon.reported('the heal', (r) => r.ready && r.heals.total === 1);
      assert.equal(healed.handlers.find((h) => h.key === target)?.containers.verdict, 'verified');
      // What began before the heal failed for want of the entry.
      await say(world, [{ target, verdict: 'fails', detail: 'no entry', ageMs: 60_000 }]);
      await say(world, [{ target: other, verdict: 'unknown', detail: 'no place', ageMs: 0 }]);
      assert.equal(cli(world, ['health']).status, 0);
      const copies = `${world.dir}/emulators`;
      world.must('mkdir', copies);
      for (const each of targets)
        world.must('cp', `/usr/bin/qemu-${each}-static`, `${copies}/qemu-${each}-static`);
      world.must('sh', '-c', 'echo >>"$0"', `${copies}/qemu-${target}-static`);
      world.configure(`interpreters: {sources: [${copies}]}\n`);
      daemon.kill('SIGHUP');
      const renewed = await daemon.reported(
        'that another interpreter has no witness yet',
        (r) => !r.ready && r.problems.some((p) => p.code === 'witness-missing' && p.subject === target),
      );
      assert.deepEqual(
        renewed.problems.filter((p) => p.code === 'witness-missing').map((p) => p.subject),
        [target],
      );
      assert.equal(tell(world, [target]).status, 0);
      await daemon.reported('that it has one', (r) => r.ready);
      return undefined;
    },

    'is all that the socket takes: garbage, floods and slow ones change nothing': async (world) => {
      const daemon = await world.startVerified({ flags: owner });
      await listening(world, 0o660);
      const before = daemon.report();
      for (const [text, why] of [
        ['nonsense\n', 'bad-message'],
        ['{"version":1,"type":"status"}\n', 'bad-message'],
        ['{"version":2,"results":[]}\n', 'unknown-version'],
        ['', 'bad-message'],
        ['x'.repeat(70_000), 'too-large'],
      ] as const)
        assert.deepEqual(JSON.parse(await raw(world, text)), { taken: false, why });
      // Of so much the most is never read, and the answer may not come through.
      await raw(world, `{"version":1,"results":[${'x'.repeat(1 << 20)}\n`).catch(() => '');
      assert.deepEqual(JSON.parse(await raw(world, null)), { taken: false, why: 'too-slow' });
      const flood = Array.from({ length: 1000 }, () => raw(world, 'x'.repeat(5000)).catch(() => ''));
      const from = daemon.log.length;
      world.write(`${world.main}/keeper-${target}`, '-1');
      await daemon.healed(`keeper-${target}`, 'missing', from);
      await Promise.all(flood);
      const after = await daemon.reported('the heal', (r) => r.ready && r.heals.total === 1);
      assert.deepEqual(
        after.handlers.map((h) => h.containers),
        before?.handlers.map((h) => h.containers),
      );
      await listening(world, 0o660);
      await say(world, [{ target, verdict: 'runs', detail: '', ageMs: 0 }]);
      await daemon.reported('a proof after the flood', (r) =>
        r.handlers.some((h) => h.containers.verdict === 'verified'),
      );
      assert.equal(await daemon.ended('SIGTERM'), 0);
      assert.deepEqual(readdirSync(`${world.run}/witness`), []);
      return undefined;
    },
  },
  'all',
);

function socketOf(world: World): string {
  return `${world.run}/witness/witness.sock`;
}

function mayRead(world: World): boolean {
  const [program = '', ...args] = [...asStranger, 'test', '-r', keeper];
  return world.command(program, ...args).status === 0;
}

function tell(world: World, platforms: readonly string[]) {
  const words = [
    process.execPath,
    '--no-warnings',
    keeper,
    'witness',
    '--report-to',
    socketOf(world),
    ...platforms,
  ];
  const [program = '', ...args] = [...asStranger, ...words];
  return world.command(program, ...args);
}

function containers(daemon: Daemon, key: string) {
  return daemon.report()?.handlers.find((h) => h.key === key)?.containers;
}

/** The socket is made after the first proofs. */
async function listening(world: World, mode = 0o600): Promise<void> {
  await until('the socket', () => {
    const found = statSync(socketOf(world), { throwIfNoEntry: false });
    return found === undefined || (found.mode & 0o777) !== mode ? null : true;
  });
}

async function say(world: World, results: readonly object[]): Promise<void> {
  const answer = await raw(world, `${JSON.stringify({ version: 1, results })}\n`);
  assert.deepEqual(JSON.parse(answer), { taken: true });
}

/** Connects as root, says it and returns what comes back; null is said without an end. */
function raw(world: World, text: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketOf(world), allowHalfOpen: true });
    let answer = '';
    socket.on('connect', () => {
      if (text === null) socket.write('{"version":1,');
      else socket.end(text);
    });
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(answer));
  });
}
