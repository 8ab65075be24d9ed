import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Registration, renderLine } from '../../../src/core/kernel/registration.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import { createRecall } from '../../../src/keeper/prepare/recall.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { MemoryKernel } from '../../fake/memory-kernel.ts';

const store = '/store';

test('what we registered serves for a line that is wanted, whatever its interpreter is', () => {
  const bed = testBed();
  bed.register('keeper-a', { interpreter: '/old/emulator' });
  assert.deepEqual(bed.recalled(), ['keeper-a', '/old/emulator']);
});

test('where a crash left the stand-in alone, it serves under the name of the handler', () => {
  const bed = testBed();
  bed.register('keeper-a.next', { interpreter: '/old/emulator' });
  assert.deepEqual(bed.recalled(), ['keeper-a', '/old/emulator']);
});

test('an entry of an earlier prefix serves, but none that another handler wants', () => {
  const bed = testBed();
  bed.register('former-a', { interpreter: '/old/emulator' });
  assert.deepEqual(bed.recalled(), ['former-a', '/old/emulator']);
  assert.equal(bed.recalled(new Set(['former-a'])), null);
});

test('where the records are lost, prefix and store together tell that an entry is ours', () => {
  const bed = testBed();
  bed.register('keeper-a', { interpreter: `${store}/1/emulator` }, false);
  assert.deepEqual(bed.recalled(), ['keeper-a', `${store}/1/emulator`]);
  const other = testBed();
  other.register('keeper-a', { interpreter: '/foreign/emulator' }, false);
  assert.equal(other.recalled(), null);
});

test('one that somebody registered anew under our name is not ours', () => {
  const bed = testBed();
  bed.register('keeper-a', {});
  bed.kernel.foreign.write('keeper-a', '-1');
  bed.register('keeper-a', {}, false);
  assert.equal(bed.recalled(), null);
});

test('credentials that are not wanted any more do not come along', () => {
  const bed = testBed();
  bed.register('keeper-a', { flags: 'OC' });
  assert.equal(bed.recalled(), null);
});

test('an entry for other files does not serve', () => {
  const bed = testBed();
  bed.register('keeper-a', { matcher: { kind: 'extension', extension: 'abc' } });
  assert.equal(bed.recalled(), null);
});

function testBed() {
  const kernel = new MemoryKernel();
  const opened = kernel.open();
  assert.ok(opened.ok);
  const { instance } = opened;
  const memory = createMemory();
  const registration: Registration = {
    name: 'keeper-a',
    matcher: { kind: 'magic', offset: 0, magic: Uint8Array.of(0xa0), mask: Uint8Array.of(0xff) },
    interpreter: '/new/emulator',
    flags: '',
  };
  const wanted: Handler = { key: 'a', platforms: [], registration, interpreter: null, samples: [] };
  const recall = createRecall(instance, memory);
  return {
    kernel,
    register(name: string, other: Partial<Registration>, recorded = true) {
      assert.ok(instance.register(renderLine({ ...registration, ...other, name })).ok);
      const raw = instance.read(name);
      assert.ok(raw);
      if (recorded) memory.records.set(name, { id: raw.id, interpreter: null });
    },
    recalled(taken: ReadonlySet<string> = new Set()) {
      const found = recall(wanted, { prefix: 'keeper-', store, taken });
      return found && [found.registration.name, found.registration.interpreter];
    },
  };
}
