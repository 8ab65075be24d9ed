import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../../../src/core/outcome.ts';
import { done } from '../../../src/core/outcome.ts';
import type { Machine } from '../../../src/host/machine.ts';
import type { MountState } from '../../../src/host/mounts/mounts.ts';
import { createMountKeeper } from '../../../src/keeper/mounts/mend-mounts.ts';
import { handClock } from '../../fake/clock.ts';

const main = '/proc/sys/fs/binfmt_misc';
const anchor = '/run/anchor';
const mounted: MountState = { kind: 'binfmt', readOnly: false, shared: false, covered: false, device: '0:1' };
const absent: MountState = { kind: 'absent' };

test('at the start both mounts are made at once', async () => {
  const bed = testBed();
  await bed.keeper.mend('start');
  assert.deepEqual(bed.calls, [`mount ${main}`, `mount ${anchor}`]);
  assert.deepEqual(bed.keeper.problems(), []);
  assert.deepEqual(bed.keeper.describe(), { main: 'binfmt', anchor: 'binfmt' });
});

test('an anchor that is gone comes back at once, the main mount after 3 s', async () => {
  const bed = await started();
  bed.state.anchor = absent;
  bed.state.main = absent;
  await bed.keeper.mend();
  assert.deepEqual(bed.calls, [`mount ${anchor}`]);
  assert.deepEqual(bed.problems(), [], 'what is back within seconds is no problem');
  assert.equal(bed.keeper.describe().main, 'absent');
  await bed.tick(2999);
  assert.equal(bed.calls.length, 1);
  await bed.tick(1);
  assert.deepEqual(bed.calls, [`mount ${anchor}`, `mount ${main}`]);
  assert.deepEqual(bed.problems(), []);
});

test('events in the meantime bring the main mount back no sooner', async () => {
  const bed = await started();
  bed.state.main = absent;
  for (let ms = 0; ms < 2900; ms += 100) {
    await bed.keeper.mend();
    await bed.tick(100);
  }
  assert.deepEqual(bed.calls, []);
});

test('each further loss of the main mount doubles the pause, up to a minute', async () => {
  const bed = await started();
  for (const pause of [3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]) {
    bed.state.main = absent;
    await bed.keeper.mend();
    bed.calls.length = 0;
    await bed.tick(pause - 1);
    assert.deepEqual(bed.calls, [], `after ${pause - 1} ms`);
    await bed.tick(1);
    assert.deepEqual(bed.calls, [`mount ${main}`], `after ${pause} ms`);
  }
});

test('a main mount that stayed for a minute is mourned for 3 s again', async () => {
  const bed = await started();
  for (let loss = 0; loss < 4; loss += 1) {
    bed.state.main = absent;
    await bed.keeper.mend();
    await bed.tick(60_000);
  }
  await bed.tick(60_000);
  bed.state.main = absent;
  await bed.keeper.mend();
  bed.calls.length = 0;
  await bed.tick(3000);
  assert.deepEqual(bed.calls, [`mount ${main}`]);
});

test('a main mount that three attempts running do not bring back is a problem, and tried every ten minutes', async () => {
  const bed = await started();
  bed.state.main = absent;
  bed.answer = { ok: false, code: 'EIO', message: 'refused' };
  await bed.keeper.mend();
  await bed.tick(3000);
  await bed.tick(6000);
  assert.deepEqual([bed.calls.length, bed.problems()], [2, []]);
  await bed.tick(12_000);
  assert.deepEqual([bed.calls.length, bed.problems()], [3, [`main-missing ${main}`]]);
  assert.match(bed.keeper.problems()[0]?.detail ?? '', /refused \(3 attempts\)/);
  for (let minute = 0; minute < 9; minute += 1) {
    await bed.tick(60_000);
    await bed.keeper.mend();
  }
  assert.equal(bed.calls.length, 3);
  bed.answer = done;
  await bed.tick(60_000);
  assert.deepEqual([bed.calls.length, bed.problems()], [4, []]);
});

test('a main mount that somebody takes away again and again is a problem from the fourth time on', async () => {
  const bed = await started();
  await bed.tick(60_000);
  for (const pause of [3000, 6000, 12_000]) {
    bed.state.main = absent;
    await bed.keeper.mend();
    assert.deepEqual(bed.problems(), []);
    await bed.tick(pause);
  }
  bed.state.main = absent;
  await bed.keeper.mend();
  assert.match(
    bed.keeper.problems()[0]?.detail ?? '',
    /^mounted again 3 times, and unmounted by somebody each time/,
  );
  await bed.tick(24_000);
  assert.deepEqual(bed.problems(), []);
});

test('a refused main mount that somebody else makes meanwhile ends the problem', async () => {
  const bed = testBed();
  bed.answer = { ok: false, code: 'EPERM', message: 'not permitted' };
  await bed.keeper.mend('start');
  bed.state.main = mounted;
  bed.answer = done;
  await bed.keeper.mend();
  assert.deepEqual(bed.problems(), []);
});

test('a main mount that somebody else made, and that is lost again, is not left to the ten minutes of before', async () => {
  const bed = await started();
  bed.state.main = absent;
  bed.answer = { ok: false, code: 'EIO', message: 'refused' };
  await bed.keeper.mend();
  for (const pause of [3000, 6000, 12_000]) await bed.tick(pause);
  assert.deepEqual(bed.problems(), [`main-missing ${main}`]);
  bed.state.main = mounted;
  bed.answer = done;
  await bed.keeper.mend();
  await bed.tick(60_000);
  bed.state.main = absent;
  await bed.keeper.mend();
  bed.calls.length = 0;
  await bed.tick(3000);
  assert.deepEqual(bed.calls, [`mount ${main}`]);
});

test('during a pause nothing mends it, so that is said at once', async () => {
  const bed = await started();
  bed.keeper.hold(true);
  bed.state.main = absent;
  await bed.keeper.mend();
  assert.deepEqual(bed.problems(), [`main-missing ${main}`]);
});

test('where we may not mount, the main mount of the host is enough, as long as it lasts', async () => {
  const bed = testBed();
  bed.state.main = mounted;
  bed.answer = { ok: false, code: 'EPERM', message: 'not permitted' };
  await bed.keeper.mend('start');
  assert.deepEqual(bed.problems(), [`anchor-not-shared ${anchor}`]);
  // What stands in the way of an anchor that could be mounted is another matter.
  bed.answer = { ok: false, code: 'ENOSPC', message: 'full' };
  await bed.keeper.mend();
  assert.deepEqual(bed.problems(), [`anchor-missing ${anchor}`]);
});

test('where we may not mount, that is a problem at once, and why', async () => {
  const bed = testBed();
  bed.answer = { ok: false, code: 'EPERM', message: 'not permitted' };
  await bed.keeper.mend('start');
  assert.deepEqual(bed.problems().toSorted(), [`anchor-missing ${anchor}`, `main-missing ${main}`]);
  assert.deepEqual(
    bed.keeper.problems().map((p) => p.detail),
    ['not permitted', 'not permitted'],
  );
  bed.calls.length = 0;
  await bed.tick(599_999);
  assert.deepEqual(bed.calls.filter((c) => c.endsWith(main)).length, 0);
  bed.answer = done;
  await bed.tick(1);
  assert.deepEqual(bed.problems(), []);
});

test('a mount that somebody else made meanwhile is no failure', async () => {
  const bed = await started();
  bed.state.main = absent;
  bed.answer = { ok: false, code: 'EBUSY', message: 'busy' };
  bed.onMount = () => {
    bed.state.main = mounted;
  };
  await bed.keeper.mend();
  await bed.tick(3000);
  assert.deepEqual(bed.problems(), []);
});

test('what lies over a mount is reported and nothing is stacked upon it', async () => {
  const bed = await started();
  bed.state.main = { kind: 'covered', by: 'tmpfs', beneath: true };
  bed.state.anchor = { kind: 'covered', by: 'overlay', beneath: true };
  await bed.keeper.mend();
  await bed.tick(120_000);
  assert.deepEqual(bed.calls, []);
  assert.deepEqual(bed.problems(), [`main-covered ${main}`, `anchor-covered ${anchor}`]);
  bed.state.main = mounted;
  bed.state.anchor = mounted;
  await bed.keeper.mend();
  assert.deepEqual(bed.problems(), []);
});

test('after close nothing is mounted, neither by a timer that was set nor by what was under way', async () => {
  const bed = await started();
  bed.state.main = absent;
  await bed.keeper.mend();
  bed.keeper.close();
  bed.state.anchor = absent;
  await bed.keeper.mend();
  await bed.tick(300_000);
  assert.deepEqual(bed.calls, []);

  const other = testBed();
  other.state.main = { kind: 'autofs' };
  other.onTrigger = () => {
    other.state.main = absent;
    other.keeper.close();
  };
  await other.keeper.mend('start');
  await other.tick(300_000);
  assert.deepEqual(other.calls, [`trigger ${main}`]);
});

test('an untriggered automount is triggered first, and one that cannot be reached is a problem', async () => {
  const bed = testBed();
  bed.state.main = { kind: 'autofs' };
  bed.onTrigger = () => {
    bed.state.main = mounted;
  };
  await bed.keeper.mend('start');
  assert.deepEqual(bed.calls, [`trigger ${main}`, `mount ${anchor}`]);

  const other = testBed();
  other.state.main = { kind: 'autofs' };
  other.answer = { ok: false, code: 'ELOOP', message: 'ELOOP' };
  await other.keeper.mend('start');
  assert.ok(other.problems().includes(`main-autofs-unreachable ${main}`));
});

test('where nothing may be mounted nothing is', async () => {
  const bed = testBed(false);
  await bed.keeper.mend('start');
  await bed.tick(300_000);
  assert.deepEqual(bed.calls, []);
  assert.deepEqual(bed.problems(), [`main-missing ${main}`]);
});

test('a mount that was made read-only is taken back', async () => {
  const bed = await started();
  bed.state.main = { ...mounted, readOnly: true };
  await bed.keeper.mend();
  assert.deepEqual(bed.calls, [`remount ${main}`]);
  bed.calls.length = 0;
  // A refused write says so where the mount table does not.
  await bed.keeper.mend('read-only');
  assert.ok(bed.calls.includes(`remount ${anchor}`));
});

test('looks that are asked for meanwhile become one more look, and everybody waits for it', async () => {
  const bed = await started();
  bed.state.anchor = absent;
  let release = (): void => {};
  bed.gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  bed.looks = 0;
  const first = bed.keeper.mend();
  const others = [bed.keeper.mend(), bed.keeper.mend('read-only'), bed.keeper.mend()];
  release();
  await Promise.all([first, ...others]);
  assert.equal(bed.looks, 2);
  assert.ok(bed.calls.includes(`remount ${anchor}`));
});

async function started() {
  const bed = testBed();
  await bed.keeper.mend('start');
  bed.calls.length = 0;
  return bed;
}

function testBed(mayMount = true) {
  const clock = handClock();
  const state = { main: absent as MountState, anchor: absent as MountState };
  const bed = {
    state,
    calls: [] as string[],
    answer: done as Outcome,
    gate: Promise.resolve(),
    looks: 0,
    onMount: () => {},
    onTrigger: () => {},
  };
  const act = async (verb: string, path: string, success: () => void): Promise<Outcome> => {
    bed.calls.push(`${verb} ${path}`);
    await bed.gate;
    if (bed.answer.ok) success();
    return bed.answer;
  };
  const machine: Partial<Machine> = {
    clock,
    observeMounts: async () => ({ ...state }),
    mountMain: (path) => {
      bed.onMount();
      return act('mount', path, () => {
        state.main = mounted;
      });
    },
    mountAnchor: (path) =>
      act('mount', path, () => {
        state.anchor = mounted;
      }),
    triggerAutofs: (path) => act('trigger', path, () => bed.onTrigger()),
    remountWritable: (path) =>
      act('remount', path, () => {
        state.main = mounted;
      }),
  };
  const keeper = createMountKeeper(machine as Machine, { main, anchor, mayMount }, () => {
    bed.looks += 1;
  });
  return Object.assign(bed, {
    keeper,
    problems: () => keeper.problems().map((p) => `${p.code} ${p.subject}`),
    /** Lets time pass and everything that follows from it happen. */
    async tick(ms: number) {
      clock.tick(ms);
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    },
  });
}
