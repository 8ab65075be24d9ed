import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeResult } from '../../../src/host/probe/probe.ts';
import { clock } from '../../../src/host/system/clock.ts';
import { createVerifyQueue, type Verified, type VerifyJob } from '../../../src/keeper/prove/verify.ts';

const good: ProbeResult = { verdict: 'verified', detail: '', interpreter: null, tookMs: 1 };

test('at most two probes run at once, whatever is asked for', async () => {
  const bed = testBed();
  for (const key of ['a', 'b', 'c', 'd']) bed.add(key);
  await bed.turns();
  assert.deepEqual(bed.running(), ['a', 'b']);
  bed.end('a');
  await bed.turns();
  assert.deepEqual(bed.running(), ['b', 'c']);
});

test('a probe that hangs takes one place and holds up nobody else', async () => {
  const bed = testBed();
  for (const key of ['hung', 'b', 'c', 'd']) bed.add(key);
  for (const key of ['b', 'c', 'd']) {
    await bed.turns();
    bed.end(key);
  }
  await bed.turns();
  assert.deepEqual(
    bed.results.map((r) => r.key),
    ['b', 'c', 'd'],
  );
  assert.deepEqual(bed.running(), ['hung']);
  assert.equal(bed.queue.pending, 1);
});

test('one handler is probed once at a time, and of its requests the newest is run', async () => {
  const bed = testBed();
  bed.add('a', 'first');
  await bed.turns();
  for (const generation of ['second', 'third', 'fourth']) bed.add('a', generation);
  await bed.turns();
  assert.deepEqual(bed.running(), ['a']);
  bed.end('a');
  await bed.turns();
  bed.end('a');
  await bed.turns();
  assert.deepEqual(
    bed.results.map((r) => r.generation),
    ['first', 'fourth'],
  );
  assert.equal(bed.queue.pending, 0);
});

test('what is being proved is known by its registration, and only while it runs', async () => {
  const bed = testBed();
  bed.add('a', 'first');
  assert.equal(bed.queue.runs('a', 'first'), false, 'it waits yet');
  await bed.turns();
  assert.equal(bed.queue.runs('a', 'first'), true);
  assert.equal(bed.queue.runs('a', 'second'), false);
  bed.end('a');
  await bed.turns();
  assert.equal(bed.queue.runs('a', 'first'), false);
});

test('a probe that cannot be started frees its place and tells why', async () => {
  const bed = testBed();
  const refused = [
    () => Promise.reject(new Error('spawn ENOMEM')),
    () => {
      throw new Error('spawn ETXTBSY');
    },
    () => Promise.reject(new Error('spawn E2BIG')),
  ];
  for (const [at, run] of refused.entries()) bed.queue.add({ key: `bad${at}`, generation: '', run });
  await bed.turns();
  bed.add('b');
  await bed.turns();
  bed.end('b');
  await bed.turns();
  assert.deepEqual(
    bed.results.map((r) => [r.key, r.result.verdict]),
    [
      ['bad0', 'undecided'],
      ['bad1', 'undecided'],
      ['bad2', 'undecided'],
      ['b', 'verified'],
    ],
  );
  assert.match(bed.results[1]?.result.detail ?? '', /ETXTBSY/);
});

test('idle waits for what waits and what runs, also for what a result asks for', async () => {
  const bed = testBed((verified) => {
    if (verified.generation === 'old') bed.add('a', 'new');
  });
  await bed.queue.idle();
  bed.add('a', 'old');
  let idle = false;
  const waiting = bed.queue.idle().then(() => {
    idle = true;
  });
  await bed.turns();
  bed.end('a');
  await bed.turns();
  assert.equal(idle, false);
  bed.end('a');
  await waiting;
  assert.deepEqual(
    bed.results.map((r) => r.generation),
    ['old', 'new'],
  );
});

function testBed(onResult: (verified: Verified) => void = () => {}) {
  const results: Verified[] = [];
  const ends = new Map<string, (result: ProbeResult) => void>();
  const queue = createVerifyQueue(clock, (verified) => {
    results.push(verified);
    onResult(verified);
  });
  const job = (key: string, generation: string): VerifyJob => ({
    key,
    generation,
    run: () => {
      assert.ok(!ends.has(key), `${key} runs twice at once`);
      return new Promise((resolve) => ends.set(key, resolve));
    },
  });
  return {
    queue,
    results,
    add: (key: string, generation = '') => queue.add(job(key, generation)),
    running: () => [...ends.keys()],
    end(key: string) {
      const resolve = ends.get(key);
      assert.ok(resolve, `${key} does not run`);
      ends.delete(key);
      resolve(good);
    },
    /** Lets the loop turn until nothing moves any more. */
    async turns() {
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    },
  };
}
