import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Handler, temporaryName } from '../../../src/core/plan/handler.ts';
import { plan } from '../../../src/core/plan/plan.ts';
import { prepare } from '../../../src/core/plan/prepared.ts';
import type { Instance } from '../../../src/host/instance/instance.ts';
import { applyTask } from '../../../src/keeper/repair/apply.ts';
import { createObserver } from '../../../src/keeper/repair/observe.ts';
import { createRepair } from '../../../src/keeper/repair/repair.ts';
import { showEntry } from '../../fake/binfmt.ts';
import { type Item, type Scene, type Stage, scene, stage } from '../scene.ts';

// The gate must say the same twice; whoever runs the tests by hand explores further.
if (process.env.CI !== undefined) fc.configureGlobal({ seed: 20_261_127 });

const runs = { numRuns: Number(process.env.FC_RUNS ?? 500) };

/** Handlers that overlap nothing, as all platforms of the catalogue are. */
const apart = Array.from({ length: 7 }, (_, at): Handler => {
  const magic = Uint8Array.of(0xb0 + at);
  return {
    key: `p${at}`,
    platforms: at === 3 ? ['linux/arm64'] : at === 5 ? ['linux/s390x'] : [],
    registration: {
      // An own handler has a name without the prefix.
      name: at === 6 ? 'apart' : `keeper-p${at}`,
      matcher: { kind: 'magic', offset: 0, magic, mask: Uint8Array.of(0xff) },
      interpreter: '/store/1/emulator',
      flags: 'F',
    },
    interpreter: { dev: 7, ino: 70, sha256: '' },
    samples: [magic],
  };
});

/** The one that somebody else, whom we may have to let pass, may serve as well. */
const served = apart[2] as Handler;

/** What others may have put under one of our names since the flush; mostly nothing. */
const underOurName = (name: string, { registration }: Handler): fc.Arbitrary<Item[]> =>
  fc.oneof(
    { arbitrary: fc.constant<Item[]>([]), weight: 9 },
    {
      arbitrary: fc
        .record({
          interpreter: fc.constantFrom(registration.interpreter, '/foreign/emulator'),
          enabled: fc.boolean(),
        })
        .map(({ interpreter, enabled }): Item[] => [
          { registration: { ...registration, name, interpreter }, enabled, recorded: 'no', verdict: null },
        ]),
      weight: 1,
    },
  );

/** A scene in which most of ours is gone, beside everything that the other scenes have. */
const flushed: fc.Arbitrary<Scene> = fc
  .tuple(
    scene('ours', 'ours', 'last', 'theirs'),
    fc.constantFrom('nothing', 'others', 'all' as const),
    fc.tuple(...apart.map((h) => underOurName(h.registration.name, h))),
    fc.tuple(...apart.map((h) => underOurName(temporaryName(h), h)), underOurName('qemu-p', served)),
    fc.subarray(['qemu-a', 'zz', 'qemu-p']),
    fc.subarray(apart.map((h) => h.key)),
  )
  .map(([given, left, own, spares, adopted, held]) => {
    const all = [...spares.flat(), ...given.items, ...own.flat()];
    const there = { nothing: [], others: given.items, all }[left];
    const handlers = apart.map((h) => (held.length === 1 && held[0] === h.key ? { ...h, held: true } : h));
    return {
      ...given,
      items: there,
      desired: {
        ...given.desired,
        handlers: [...given.desired.handlers, ...handlers],
        adopted: new Set(left === 'nothing' ? [] : adopted),
      },
    };
  });

test('after a flush, whatever is there again, all ends as the plan for everything wants it', () => {
  fc.assert(
    fc.property(flushed, fc.nat(12), (given, at) => {
      const [set, reference] = [stage(given), stage(given)];
      const hint = given.desired.handlers[at]?.registration.name;
      const repair = createRepair(set.instance, given.desired, set.memory);
      repair.own(0, hint);
      const { results } = repair.full(0);
      assert.deepEqual(
        results.flatMap((r) => r.failed ?? []),
        [],
      );
      applyPlan(given, reference);
      assert.deepEqual(textsOf(set), textsOf(reference), String(set.kernel));
      for (const header of headers)
        assert.equal(takerOf(set, header), takerOf(reference, header), `${header}:\n${set.kernel}`);
      assert.deepEqual(repair.full(1000).results, []);
    }),
    runs,
  );
});

test('between the second line after a flush and the last nothing is asked', () => {
  const { calls, results } = heal(cleared());
  const lines = ['p3', 'p5', 'p6', 'p4', 'p2', 'p1', 'p0'].map((key) => `register ${nameOf(key)}`);
  assert.deepEqual(
    calls.filter((call) => call.startsWith('register')),
    lines,
  );
  const from = calls.indexOf(lines[1] ?? '');
  assert.deepEqual(calls.slice(from, from + 6), lines.slice(1));
  assert.equal(results.length, 7);
  assert.ok(results.every((r) => r.failed === null && r.registered.size === 1));
  const at = results.map((r) => r.servingAt ?? Number.NaN);
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  );
});

test('the event of another one changes nothing in the order after a flush', () => {
  const { calls } = heal(cleared(), 'keeper-p0');
  assert.equal(
    calls.find((call) => call.startsWith('register')),
    'register keeper-p3',
  );
});

test('where one alone is gone, it is put right before the others but the most used one are looked at', () => {
  const set = stage(cleared());
  const repair = createRepair(set.instance, cleared().desired, set.memory);
  repair.full(0);
  set.kernel.foreign.write('keeper-p0', '-1');
  const { calls } = heal(cleared(), 'keeper-p0', set);
  assert.deepEqual(calls.slice(0, 3), ['glance keeper-p3', 'glance keeper-p0', 'register keeper-p0']);
});

test('a name that somebody took meanwhile ends the writing, and nothing of theirs is touched', () => {
  const line = (name: string, interpreter: string): string => `:${name}:M::\\xb9::${interpreter}:`;
  // The two first are looked at one by one, with nothing known of them or with what was read before.
  for (const [name, known] of ['keeper-p3', 'keeper-p5', 'apart', 'keeper-p4', 'keeper-p0'].flatMap((one) => [
    [one, false] as const,
    [one, true] as const,
  ])) {
    const given = cleared();
    const set = stage(given);
    if (known) {
      createRepair(set.instance, given.desired, set.memory).full(0);
      set.kernel.foreign.status('-1');
    }
    set.kernel.foreign.register(line(name, '/foreign/emulator'));
    // Ours of that name was there before.
    set.memory.records.set(name, { id: { dev: 2, ino: 1, ctimeMs: 0 }, interpreter: null });
    const before = set.instance.read(name);
    const { calls, results } = heal(given, 'status', set);
    assert.ok(calls.filter((call) => call === `register ${name}`).length <= 2, calls.join());
    assert.ok(calls.includes(`read ${name}`) || calls.includes(`glance ${name}`), 'it is looked at');
    assert.deepEqual(
      results.flatMap((r) => r.failed ?? []),
      [],
    );
    // A name under our prefix that we had is reserved for us; that of an own handler is not.
    const after = set.instance.read(name);
    if (name === 'apart') assert.deepEqual(after, before);
    else assert.notDeepEqual(after?.id, before?.id);
    for (const h of apart) assert.notEqual(set.instance.read(h.registration.name), null);
    assert.equal(set.instance.names().length, apart.length);
  }
});

test('one that is only off stays where it is and is switched on, and a held one is not registered', () => {
  const handlers = apart.map((h) => (h.key === 'p1' ? { ...h, held: true } : h));
  const given = { ...cleared(), desired: { ...cleared().desired, handlers } };
  const set = stage(given);
  const [p2] = apart.filter((h) => h.key === 'p2');
  assert.ok(p2 && set.instance.register(prepare(p2).line).ok);
  set.kernel.foreign.write('keeper-p2', '0');
  const before = set.instance.read('keeper-p2');
  heal(given, undefined, set);
  const after = set.instance.read('keeper-p2');
  assert.deepEqual(after?.id, before?.id);
  assert.match(after?.text ?? '', /^enabled/);
  assert.equal(set.instance.read('keeper-p1'), null);
});

test('where others have precedence nothing is written without a look unless there is nothing at all', () => {
  for (const precedence of ['last', 'theirs'] as const) {
    const given = { ...cleared(), desired: { ...cleared().desired, precedence } };
    const { calls } = heal(given);
    const first = calls.findIndex((call) => call.startsWith('register'));
    assert.ok(
      calls.slice(first, first + 7).every((call) => call.startsWith('register')),
      calls.join(),
    );
    const set = stage(given);
    set.kernel.foreign.register(':other:M::\\xb3::/foreign/emulator:');
    const beside = heal(given, undefined, set).calls;
    assert.ok(beside.indexOf('read other') < beside.findIndex((call) => call.startsWith('register')));
  }
});

test('an adopted entry that is back already keeps its place, and ours is not registered in front of it', () => {
  const adopted = new Set(['qemu-p4']);
  const given = { ...cleared(), desired: { ...cleared().desired, adopted } };
  const set = stage(given);
  set.kernel.foreign.register(':qemu-p4:M::\\xb4::/foreign/emulator:');
  const { calls } = heal(given, 'status', set);
  assert.equal(calls.includes('register keeper-p4'), false);
  assert.equal(takerOf(set, '\xb4'), 'qemu-p4');
  assert.equal(set.instance.names().length, apart.length);
});

test('a stand-in that a crash left is taken away in the same look', () => {
  const given = cleared();
  const set = stage(given);
  const [p4] = apart.filter((h) => h.key === 'p4');
  assert.ok(p4 && set.instance.register(prepare(p4).spareLine).ok);
  heal(given, undefined, set);
  assert.equal(set.instance.read('keeper-p4.next'), null);
  assert.notEqual(set.instance.read('keeper-p4'), null);
});

test('what a storm holds back is left out of the writing and comes later', () => {
  const given = cleared();
  const set = stage(given);
  const repair = createRepair(set.instance, given.desired, set.memory);
  repair.full(-100_000);
  for (let n = 0; n < 20; n += 1) {
    set.kernel.foreign.write('keeper-p2', '-1');
    repair.own(n, 'keeper-p2');
  }
  set.kernel.foreign.status('-1');
  const { results, again } = repair.own(20, 'status');
  assert.equal(set.instance.read('keeper-p2'), null);
  assert.equal(results.length, apart.length - 1);
  assert.equal(again, 99);
});

/** Only the handlers that overlap nothing, and an empty instance. */
function cleared(): Scene {
  return {
    desired: {
      handlers: apart,
      precedence: 'ours',
      onStatusZero: 'heal',
      prefix: 'keeper-',
      store: '/store',
      adopted: new Set(),
      published: new Map(),
    },
    items: [],
    enabled: true,
    mistrusted: [],
  };
}

/** Looks at our own names, and notes what the instance was asked and told. */
function heal(given: Scene, hint?: string, set: Stage = stage(given)) {
  const calls: string[] = [];
  const noted: Instance = {
    ...set.instance,
    names: () => {
      calls.push('names');
      return set.instance.names();
    },
    read: (name) => {
      calls.push(`read ${name}`);
      return set.instance.read(name);
    },
    glance: (name) => {
      calls.push(`glance ${name}`);
      return set.instance.glance(name);
    },
    register: (line) => {
      calls.push(`register ${Buffer.from(line).toString('latin1').split(':')[1]}`);
      return set.instance.register(line);
    },
  };
  const { results } = createRepair(noted, given.desired, set.memory).own(0, hint);
  return { calls, results };
}

function nameOf(key: string): string {
  return apart.find((h) => h.key === key)?.registration.name ?? '';
}

/** One look at everything and its plan, step by step, without any short cut. */
function applyPlan({ desired }: Scene, { instance, memory }: Stage): void {
  const observe = createObserver({ concerns: () => true, ours: () => true, most: Number.POSITIVE_INFINITY });
  const prepared = new Map(desired.handlers.map((h) => [h.key, prepare(h)]));
  for (const task of plan(desired, observe(instance, true), memory))
    assert.equal(applyTask(instance, task, prepared).failed, null);
}

const headers = [
  ...apart.map((h) => String.fromCharCode(...(h.samples[0] ?? []))),
  ...[0xa0, 0xa1].flatMap((a) => [0, 1].flatMap((b) => [0, 1].map((c) => String.fromCharCode(a, b, c)))),
];

function takerOf({ kernel }: Stage, header: string): string | undefined {
  return kernel.host.user.binfmt?.search(header, '/file')?.line.name;
}

function textsOf({ kernel }: Stage): string[] {
  const entries = kernel.host.user.binfmt?.entries ?? [];
  return entries.map((e) => `${e.line.name} ${showEntry(e)}`).toSorted();
}
