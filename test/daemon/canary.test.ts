import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handler } from '../../src/core/handler.ts';
import { done, type Outcome } from '../../src/core/outcome.ts';
import { renderLine } from '../../src/core/registration.ts';
import { createCanaryWatch } from '../../src/daemon/canary.ts';
import { createMemory } from '../../src/daemon/memory.ts';
import type { Machine } from '../../src/host/machine.ts';
import { MemoryKernel } from '../fake/memory-kernel.ts';

const stops: Outcome = { ok: false, code: 'ELOOP', message: 'too many levels' };

test('a line is tried once on a boot, and again in a later life only if it was never tried', async () => {
  const bed = testBed();
  await bed.watch.check([handler('a')]);
  await bed.watch.check([handler('a')]);
  assert.equal(bed.trials, 1);
  await bed.watch.check([handler('a'), handler('b')]);
  assert.equal(bed.trials, 2);
  const later = testBed(bed.watch.tried());
  await later.watch.check([handler('a'), handler('b')]);
  assert.equal(later.trials, 0);
});

test('where native programs stop, the new entries go at once with their stand-ins, and others stay', async () => {
  const bed = testBed();
  await bed.watch.check([handler('old')]);
  bed.register('old', 'new', 'new.next', 'foreign');
  bed.answer = stops;
  const { takenBack, why } = await bed.watch.check([handler('old'), handler('new')]);
  assert.deepEqual(
    takenBack.map((h) => h.key),
    ['new'],
  );
  assert.equal(why, 'too many levels');
  assert.deepEqual(bed.names().toSorted(), ['foreign', 'old']);
  assert.deepEqual([...bed.memory.records.keys()].toSorted(), ['foreign', 'old']);
});

test('a line that was taken back counts as untried', async () => {
  const bed = testBed();
  bed.answer = stops;
  await bed.watch.check([handler('a')]);
  await bed.watch.check([handler('a')]);
  assert.equal(bed.trials, 2);
});

test('a trial that could not be made takes nothing back and is made again', async () => {
  for (const code of ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETIMEDOUT']) {
    const bed = testBed();
    bed.register('a');
    bed.answer = { ok: false, code, message: code };
    assert.deepEqual((await bed.watch.check([handler('a')])).takenBack, []);
    assert.deepEqual(bed.names(), ['a']);
    await bed.watch.check([handler('a')]);
    assert.equal(bed.trials, 2);
  }
});

function handler(key: string): Handler {
  const matcher = {
    kind: 'magic',
    offset: 0,
    magic: Uint8Array.of(0xa0),
    mask: Uint8Array.of(0xff),
  } as const;
  const registration = { name: key, matcher, interpreter: '/bin/emulator', flags: '' };
  return { key, platforms: [], registration, interpreter: null, samples: [] };
}

function testBed(before: readonly string[] = []) {
  const kernel = new MemoryKernel();
  const opened = kernel.open();
  assert.ok(opened.ok);
  const { instance } = opened;
  const memory = createMemory();
  const bed = { trials: 0, answer: done as Outcome, memory };
  const machine: Partial<Machine> = {
    canary: async () => {
      bed.trials += 1;
      return bed.answer;
    },
  };
  const watch = createCanaryWatch(machine as Machine, instance, memory, before);
  return Object.assign(bed, {
    watch,
    names: () => instance.names(),
    register(...names: string[]) {
      for (const name of names) {
        assert.ok(instance.register(renderLine(handler(name).registration)).ok);
        const raw = instance.read(name);
        assert.ok(raw);
        memory.records.set(name, { id: raw.id, interpreter: null });
      }
    },
  });
}
