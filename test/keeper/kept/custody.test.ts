import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Registration } from '../../../src/core/kernel/registration.ts';
import type { Kept } from '../../../src/core/plan/custody.ts';
import { createCustody } from '../../../src/keeper/kept/custody.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import type { View } from '../../../src/keeper/repair/viewer.ts';
import { MemoryKernel } from '../../fake/memory-kernel.ts';
import { guarded } from '../scene.ts';

const registration: Registration = {
  name: 'theirs',
  matcher: { kind: 'extension', extension: 'theirs' },
  interpreter: '/bin/true',
  flags: '',
};
const kept: Kept = { name: 'theirs', adopted: false, declared: { registration, where: '/a.conf:1' } };
const view = (): View => ({ observed: { enabled: true, entries: [], total: 0 }, handlers: [] });

test('an entry that the kernel refuses is tried again soon, less and less often, and no sooner for other events', async () => {
  const bed = await testBed();
  bed.refuses = true;
  assert.deepEqual(bed.look(2000), { failed: ['EROFS'], again: 1000 });
  assert.deepEqual(bed.look(2100), { failed: [], again: 900 });
  assert.deepEqual(bed.look(3000), { failed: ['EROFS'], again: 2000 });
  assert.deepEqual(bed.look(5000), { failed: ['EROFS'], again: 4000 });
  let now = 9000;
  for (let round = 0; round < 4; round++) now += bed.look(now).again ?? 0;
  assert.equal(bed.look(now).again, 30_000);
  bed.refuses = false;
  assert.deepEqual(bed.look(now + 30_000), { failed: [], again: null });
  assert.ok(bed.names().includes('theirs'));
});

test('a new configuration is tried at once, whatever was refused before', async () => {
  const bed = await testBed();
  bed.refuses = true;
  bed.look(2000);
  bed.look(3000);
  bed.refuses = false;
  bed.custody.use([kept], () => null);
  bed.look(3100);
  await new Promise(setImmediate);
  bed.look(3200);
  assert.equal(bed.look(5200).again, null);
  assert.ok(bed.names().includes('theirs'));
});

/** A custody of one declared entry that is missing, its interpreter known to be there. */
async function testBed() {
  const kernel = new MemoryKernel();
  const opened = kernel.open();
  assert.ok(opened.ok);
  const bed = { refuses: false };
  const custody = createCustody({
    instance: guarded(opened.instance, () => (bed.refuses ? 'EROFS' : null)),
    memory: createMemory(),
    placeOf: async () => ({ here: true, host: 'same', why: '' }),
    judgeForeign: async () => ({ distrust: null, sure: true }),
    found: () => {},
    recorded: () => {},
    renewal: () => null,
  });
  custody.use([kept], () => null);
  custody.look(0, view);
  await new Promise(setImmediate);
  return Object.assign(bed, {
    custody,
    names: () => opened.instance.names(),
    look(now: number) {
      const { results, again } = custody.look(now, view);
      return { failed: results.flatMap((r) => r.failed?.code ?? []), again };
    },
  });
}
