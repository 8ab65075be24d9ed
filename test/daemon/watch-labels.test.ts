import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nothingDesired } from '../../src/core/desired.ts';
import type { Handler } from '../../src/core/handler.ts';
import { emptyWorld, type World } from '../../src/daemon/prepare.ts';
import { createLabelWatch } from '../../src/daemon/watch-labels.ts';

test('a label that was changed for the worse is told once, and again only after it was right in between', async () => {
  const bed = testBed();
  await bed.watch.look(world());
  assert.equal(bed.told, 0);
  bed.wrong.add('/store/aarch64');
  await bed.watch.look(world());
  assert.equal(bed.told, 1);
  // Preparing again named it, because it may not be relabelled.
  await bed.watch.look(world('aarch64'));
  await bed.watch.look(world('aarch64'));
  assert.equal(bed.told, 1);
  bed.wrong.clear();
  await bed.watch.look(world('aarch64'));
  assert.equal(bed.told, 2);
  await bed.watch.look(world());
  bed.wrong.add('/store/aarch64');
  await bed.watch.look(world());
  assert.equal(bed.told, 3);
});

test('what preparing sees and this does not is told once, not at every look', async () => {
  const bed = testBed();
  for (let look = 0; look < 5; look++) await bed.watch.look(world('aarch64'));
  assert.equal(bed.told, 1);
});

test('files of own handlers and files that hang are not looked at', async () => {
  const bed = testBed();
  bed.wrong.add('/store/own').add('/store/arm');
  await bed.watch.look(world());
  assert.deepEqual([bed.told, bed.asked], [0, ['/store/aarch64']]);
});

function testBed() {
  const bed = { told: 0, wrong: new Set<string>(), asked: [] as string[] };
  const judgeLabel = async (path: string): Promise<string | null> => {
    bed.asked.push(path);
    return bed.wrong.has(path) ? 'is denied' : null;
  };
  const watch = createLabelWatch({ judgeLabel }, () => {
    bed.told += 1;
  });
  return Object.assign(bed, { watch });
}

/** Prepared with these targets mislabelled. */
function world(...mislabelled: readonly string[]): World {
  const handlers = ['aarch64', 'own', 'arm'].map(
    (key): Handler => ({
      key,
      platforms: [],
      registration: {
        name: `keeper-${key}`,
        matcher: { kind: 'extension', extension: key },
        interpreter: `/store/${key}`,
        flags: '',
      },
      interpreter: null,
      samples: [],
      held: key === 'arm',
    }),
  );
  const problems = mislabelled.map((subject) => ({
    code: 'interpreter-label' as const,
    subject,
    detail: '',
  }));
  return { ...emptyWorld, desired: { ...nothingDesired, handlers }, problems };
}
