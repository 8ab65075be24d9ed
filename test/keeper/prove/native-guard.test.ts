import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { parseConfig } from '../../../src/core/config/config.ts';
import { isKeptKey, keptKey } from '../../../src/core/kept/task.ts';
import { renderLine } from '../../../src/core/kernel/registration.ts';
import { done, type Outcome } from '../../../src/core/outcome.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import type { Situation } from '../../../src/keeper/prepare/situation.ts';
import { emptyWorld, type World } from '../../../src/keeper/prepare/world.ts';
import { createCanaryWatch } from '../../../src/keeper/prove/canary.ts';
import { createNativeGuard } from '../../../src/keeper/prove/native-guard.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { createProblemBoard } from '../../../src/keeper/record/problem-board.ts';
import { createRepair } from '../../../src/keeper/repair/repair.ts';
import { handClock } from '../../fake/clock.ts';
import { MemoryKernel } from '../../fake/memory-kernel.ts';

const failed = (code: string): Outcome => ({ ok: false, code, message: code });

/** What becomes of a native program while these entries are there. */
type Host = (names: readonly string[]) => Outcome;

/** Native programs do not run beside these entries. */
const bricks =
  (...bad: readonly string[]): Host =>
  (names) =>
    bad.some((name) => names.includes(name)) ? failed('ELOOP') : done;

test('a handler with which native programs fail and without which they run is out until its line is another one', async () => {
  const bed = testBed(bricks('b'));
  await bed.configure(handler('a'), handler('b'), handler('c'));
  assert.deepEqual(bed.names(), ['a', 'c']);
  assert.deepEqual(bed.problems(), ['canary-failed b']);
  assert.deepEqual(
    bed.now.world.unmet.map((u) => u.target),
    ['b'],
  );
  await bed.configure(handler('a'), handler('b'), handler('c'));
  assert.deepEqual([bed.names(), bed.problems()], [['a', 'c'], ['canary-failed b']], 'tried once more');
  bed.host = () => done;
  await bed.configure(handler('a'), handler('b', '/bin/other'), handler('c'));
  assert.deepEqual([bed.names(), bed.problems()], [['a', 'b', 'c'], []]);
});

test('a host that cannot try takes nothing away, and the trial is made up for', async () => {
  for (const code of ['EAGAIN', 'ENOMEM', 'EMFILE', 'ETIMEDOUT']) {
    const bed = testBed(() => failed(code));
    await bed.configure(handler('a'), handler('b'));
    assert.deepEqual(bed.names(), ['a', 'b'], code);
    assert.deepEqual(bed.removed, [], code);
    assert.deepEqual(bed.problems(), ['canary-undecided a', 'canary-undecided b']);
    bed.host = bricks('b');
    await bed.later();
    assert.deepEqual([bed.names(), bed.problems()], [['a'], ['canary-failed b']]);
  }
});

test('where native programs fail without the new entry too it comes back, and is tried again with back-off', async () => {
  const bed = testBed(() => failed('canary-crashed'));
  await bed.configure(handler('a'));
  assert.deepEqual([bed.names(), bed.problems()], [['a'], ['canary-undecided a']]);
  const first = bed.trials;
  await bed.later(999);
  assert.equal(bed.trials, first);
  await bed.later(1);
  assert.ok(bed.trials > first);
  const second = bed.trials;
  await bed.later(1999);
  assert.equal(bed.trials, second, 'no back-off');
  bed.host = () => done;
  await bed.later(1);
  assert.deepEqual([bed.names(), bed.problems()], [['a'], []]);
  await bed.later(120_000);
  assert.equal(bed.trials, second + 1, 'it was decided');
});

test('what served before goes on while native programs are tried without the new line', async () => {
  const seen: string[] = [];
  const bed = testBed(() => {
    seen.push(bed.serves('a'));
    return failed('EACCES');
  });
  bed.register(handler('a', '/bin/older'));
  bed.gaps = 0;
  await bed.configure(handler('a'));
  assert.deepEqual(seen, ['/bin/emulator', '/bin/older']);
  assert.equal(bed.serves('a'), '/bin/emulator');
  assert.equal(bed.gaps, 0, 'for a moment nothing served');
});

test('of several that cannot be told apart all stay out until one is to blame', async () => {
  const answers = [failed('ELOOP'), done, failed('EAGAIN'), failed('EAGAIN')];
  const bed = testBed(() => answers.shift() ?? failed('EAGAIN'));
  await bed.configure(handler('a'), handler('b'));
  assert.deepEqual([bed.names(), bed.problems()], [[], ['canary-undecided a', 'canary-undecided b']]);
  bed.host = bricks('b');
  await bed.later();
  assert.deepEqual([bed.names(), bed.problems()], [['a'], ['canary-failed b']]);
});

test('a configuration that comes into force while native programs are tried stays in force, and is tried itself', async () => {
  const bed = testBed(() => {
    if (bed.trials === 1) void bed.configure(handler('a'), handler('c'));
    return bricks('b')(bed.names());
  });
  await bed.configure(handler('a'), handler('b'));
  await bed.guard.settled();
  assert.deepEqual([bed.names(), bed.problems()], [['a', 'c'], []]);
  assert.ok(!bed.canaries.isNew(handler('c')));
  assert.ok(bed.canaries.isNew(handler('b')), 'what was away when the trial ended has not passed');
});

test('an entry of somebody else is cared for again where the trial proves nothing, and left alone where it does', async () => {
  const kept = { ...handler('x'), key: keptKey('x') };
  const bed = testBed(() => failed('EACCES'));
  bed.register(kept);
  await bed.guard.check(new Set(), [kept]);
  assert.deepEqual([bed.names(), [...bed.left]], [['x'], []]);
  bed.host = bricks('x');
  await bed.later();
  assert.deepEqual([bed.names(), [...bed.left], bed.problems()], [[], ['x'], ['canary-failed x']]);
});

function testBed(host: Host) {
  const clock = handClock();
  const kernel = new MemoryKernel();
  for (const path of ['/bin/emulator', '/bin/older', '/bin/other']) kernel.host.program(path, path);
  const opened = kernel.open();
  assert.ok(opened.ok);
  const { instance } = opened;
  const memory = createMemory();
  const parsed = parseConfig({ env: {}, flags: {} });
  assert.ok(parsed.ok);
  const { config } = parsed;
  const situation = (world: World): Situation => ({
    config,
    world,
    repair: createRepair(instance, world.desired, memory),
  });
  const board = createProblemBoard(pino({ level: 'silent' }), () => {});
  const names = (): string[] => instance.names().toSorted();
  const bed = { host, trials: 0, gaps: 0, now: situation(emptyWorld), left: new Set<string>() };
  const canary = async (): Promise<Outcome> => {
    bed.trials += 1;
    return bed.host(names());
  };
  const removed: string[] = [];
  const canaries = createCanaryWatch({ canary }, instance, memory, []);
  const look = (): void => {
    const { results } = bed.now.repair.full(clock.now());
    const keys = results.filter((r) => r.registered.size > 0).map((r) => r.task.key);
    void guard.check(new Set(keys), []);
  };
  const guard = createNativeGuard({
    canaries: {
      ...canaries,
      takeBack(handler, before) {
        removed.push(handler.key);
        canaries.takeBack(handler, before);
      },
    },
    board,
    clock,
    situation: () => bed.now,
    use(_, world) {
      bed.now = situation(world);
    },
    bar({ name }, on) {
      if (on) bed.left.add(name);
      else bed.left.delete(name);
    },
    isBarred: (name) => bed.left.has(name),
    lookAtAll: look,
    changed: () => {},
  });
  const serves = (name: string): string =>
    /^interpreter (.*)$/m.exec(instance.read(name)?.text ?? '')?.[1] ?? '';
  kernel.watch(() => {
    if (kernel.match('\xa0') === null) bed.gaps += 1;
  });
  return Object.assign(bed, {
    guard,
    canaries,
    removed,
    names,
    serves,
    problems: () =>
      board
        .list()
        .map((p) => `${p.code} ${p.subject}`)
        .toSorted(),
    register(handler: Handler) {
      const { name } = handler.registration;
      assert.ok(instance.register(renderLine(handler.registration)).ok);
      const raw = instance.read(name);
      assert.ok(raw);
      if (!isKeptKey(handler.key)) memory.records.set(name, { id: raw.id, interpreter: null });
    },
    async configure(...handlers: readonly Handler[]) {
      const before = new Map(
        handlers.flatMap((h) => {
          const older = serves(h.registration.name);
          const registration = { ...h.registration, interpreter: older };
          return older === '' ? [] : [[h.key, { ...h, registration }] as const];
        }),
      );
      const world = { ...emptyWorld, desired: { ...emptyWorld.desired, handlers } };
      bed.now = situation(guard.admit(world, before));
      look();
      await guard.settled();
    },
    async later(ms = 1000) {
      clock.tick(ms);
      await guard.settled();
    },
  });
}

function handler(key: string, interpreter = '/bin/emulator'): Handler {
  const matcher = {
    kind: 'magic',
    offset: 0,
    magic: Uint8Array.of(0xa0),
    mask: Uint8Array.of(0xff),
  } as const;
  const registration = { name: key, matcher, interpreter, flags: '' };
  return { key, platforms: [], registration, interpreter: null, samples: [] };
}
