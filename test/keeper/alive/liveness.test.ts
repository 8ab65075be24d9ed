import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machinesOf } from '../../../src/core/entries/machines.ts';
import type { FileSight, Sight } from '../../../src/core/entries/sight.ts';
import { elfHeader } from '../../../src/core/kernel/elf.ts';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import { createLiveness } from '../../../src/keeper/alive/liveness.ts';
import type { Watched } from '../../../src/keeper/alive/roster.ts';
import { handClock } from '../../fake/clock.ts';

const native = { machine: 62, class: 64, data: 'little', sibling: null } as const;

function file(ino: number): FileSight {
  const rest = { bornMs: 0, version: `${ino}`, barred: null, lacks: null, head: elfHeader(native) };
  return { kind: 'file', dev: 1, ino, ...rest };
}

/** Entries that are looked at, and what is seen of each. */
function bench(names: readonly string[], more: Partial<Watched>, flags = '') {
  const clock = handClock();
  const entries = names.map((name, ino): Entry => {
    const matcher = { kind: 'extension', extension: name } as const;
    return {
      name,
      flags,
      matcher,
      interpreter: `/${name}`,
      enabled: true,
      unknown: [],
      id: { dev: 1, ino, ctimeMs: 9 },
    };
  });
  const seen = new Map<string, Sight>(names.map((name, at) => [`/${name}`, file(at)]));
  const told = { changed: 0, due: 0, own: 0 };
  const liveness = createLiveness({
    machine: {
      clock,
      lookAtPrograms: async (paths) =>
        new Map(paths.map((p) => [p, seen.get(p) ?? { kind: 'gone', why: p }])),
    },
    around: machinesOf(native, []),
    roster: () => ({
      entries,
      isOurs: () => false,
      watched: entries.map((entry) => ({
        ...{ path: entry.interpreter, entry, own: false, kept: false, pinned: null, told: false },
        ...more,
      })),
    }),
    changed: () => void told.changed++,
    due: () => void told.due++,
    ownChanged: () => void told.own++,
  });
  const [first] = entries;
  assert.ok(first);
  return { clock, seen, told, liveness, first };
}

test('a thousand dead entries are fifty problems, the last of which counts the others, and are told once', async () => {
  const names = Array.from({ length: 1000 }, (_, i) => `e${i}`);
  const { liveness, seen, told } = bench(names, {});
  await liveness.look();
  assert.deepEqual(liveness.problems(), []);
  seen.clear();
  const before = told.changed;
  await liveness.look();
  await liveness.look();
  assert.equal(told.changed, before + 1);
  assert.equal(liveness.problems().length, 50);
  assert.match(liveness.problems().at(-1)?.detail ?? '', /; and 950 more entries have something like it$/);
  assert.equal(liveness.found().size, 1000, 'each is told at its entry');
});

test('a kept entry is renewed once its new file was left alone for two seconds, and told where it is not renewed for long', async () => {
  const { liveness, seen, told, clock, first } = bench(['kept'], { kept: true }, 'F');
  await liveness.look();
  seen.set('/kept', file(7));
  await liveness.look();
  assert.equal(liveness.renewals.due(first), null);
  assert.deepEqual(liveness.problems(), [], 'it is under way');
  clock.tick(1500);
  seen.set('/kept', file(8));
  await liveness.look();
  clock.tick(1500);
  await liveness.look();
  assert.deepEqual([liveness.renewals.due(first), told.due], [null, 0], 'another file: its time begins anew');
  clock.tick(600);
  await liveness.look();
  assert.deepEqual([liveness.renewals.due(first), told.due], ['8', 1]);
  clock.tick(60_000);
  await liveness.look();
  assert.equal(liveness.problems()[0]?.code, 'stale-interpreter');
  seen.set('/kept', file(0));
  await liveness.look();
  assert.deepEqual(
    [liveness.renewals.due(first), liveness.problems().length],
    [null, 0],
    'the first file is back',
  );
});

test('whoever keeps nothing of it renews nothing', async () => {
  const { liveness, seen, told, clock, first } = bench(['theirs'], {}, 'F');
  await liveness.look();
  seen.set('/theirs', file(7));
  await liveness.look();
  clock.tick(10_000);
  await liveness.look();
  assert.deepEqual([liveness.renewals.due(first), told.due], [null, 0]);
  assert.equal(liveness.problems()[0]?.code, 'stale-interpreter');
});

test('an own handler is prepared again where its file changed, and where it is not the one that it was prepared with', async () => {
  const { liveness, seen, told } = bench(['own'], { own: true });
  await liveness.look();
  await liveness.look();
  assert.equal(told.own, 0);
  seen.set('/own', file(7));
  await liveness.look();
  await liveness.look();
  assert.equal(told.own, 1);
  seen.delete('/own');
  await liveness.look();
  assert.equal(told.own, 2);
  const other = bench(['own'], { own: true, pinned: { dev: 1, ino: 99 } }, 'F');
  await other.liveness.look();
  await other.liveness.look();
  assert.equal(other.told.own, 1);
});
