import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { type Config, parseConfig } from '../../src/core/config.ts';
import type { Handler } from '../../src/core/handler.ts';
import type { CanaryWatch } from '../../src/daemon/canary.ts';
import { createMemory } from '../../src/daemon/memory.ts';
import { createNativeGuard } from '../../src/daemon/native-guard.ts';
import { emptyWorld, type World } from '../../src/daemon/prepare.ts';
import { createProblemBoard } from '../../src/daemon/problem-board.ts';
import { createRepair } from '../../src/daemon/repair.ts';
import type { Situation } from '../../src/daemon/situation.ts';
import { until } from '../e2e/until.ts';
import { MemoryKernel } from '../fake/memory-kernel.ts';

type Verdict = Awaited<ReturnType<CanaryWatch['check']>>;

test('a configuration that comes into force while native programs are tried stays in force', async () => {
  const bed = testBed('a');
  const checked = bed.guard.check(new Set(['a']), []);
  const trial = await bed.trial();
  const newer = situationOf('a', 'b');
  bed.now = newer;
  trial.end(true);
  await checked;
  assert.equal(bed.now, newer);
  assert.equal(bed.looks, 1, 'what was taken away is not registered and tried anew');
});

test('a trial that fails by an exception while suspects are tried singly leaves the guard at work', async () => {
  const bed = testBed('a', 'b');
  const checked = bed.guard.check(new Set(['a', 'b']), []);
  (await bed.trial()).end(true);
  (await bed.trial()).fail();
  await assert.rejects(checked);
  bed.now = situationOf('a');
  const again = bed.guard.check(new Set(['a']), []);
  (await bed.trial()).end(true);
  await again;
  assert.deepEqual(bed.now.world.desired.handlers, []);
});

/** A guard whose trials end as the test says. */
function testBed(...keys: readonly string[]) {
  const trials: { end: (takesBack: boolean) => void; fail: () => void }[] = [];
  const check: CanaryWatch['check'] = (handlers) => {
    if (handlers.length === 0) return Promise.resolve({ takenBack: [], why: '' });
    return new Promise<Verdict>((resolve, reject) => {
      trials.push({
        end: (takesBack) => resolve({ takenBack: takesBack ? handlers : [], why: 'stops' }),
        fail: () => reject(new Error('EMFILE')),
      });
    });
  };
  const bed = { now: situationOf(...keys), looks: 0 };
  const guard = createNativeGuard({
    canaries: { check, tried: () => [] },
    board: createProblemBoard(pino({ level: 'silent' }), () => {}),
    situation: () => bed.now,
    use: (config, world) => {
      bed.now = situation(config, world);
    },
    bar: () => {},
    lookAtAll: () => {
      bed.looks += 1;
    },
    changed: () => {},
  });
  return Object.assign(bed, { guard, trial: () => until('a trial', () => trials.shift() ?? null) });
}

function situationOf(...keys: readonly string[]): Situation {
  const parsed = parseConfig({ env: {}, flags: {} });
  assert.ok(parsed.ok);
  const desired = { ...emptyWorld.desired, handlers: keys.map(handler) };
  return situation(parsed.config, { ...emptyWorld, desired });
}

function situation(config: Config, world: World): Situation {
  const opened = new MemoryKernel().open();
  assert.ok(opened.ok);
  return { config, world, repair: createRepair(opened.instance, world.desired, createMemory()) };
}

function handler(key: string): Handler {
  const matcher = { kind: 'extension', extension: key } as const;
  const registration = { name: key, matcher, interpreter: '/bin/emulator', flags: '' };
  return { key, platforms: [], registration, interpreter: null, samples: [] };
}
