import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLine } from '../../../src/core/kernel/registration.ts';
import { done, type Outcome } from '../../../src/core/outcome.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import { createCanaryWatch } from '../../../src/keeper/prove/canary.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { MemoryKernel } from '../../fake/memory-kernel.ts';

const failed = (code: string): Outcome => ({ ok: false, code, message: code });

test('a line that has passed is new no more, in a later life neither', () => {
  const bed = testBed([]);
  assert.ok(bed.watch.isNew(handler('a')));
  bed.watch.pass([handler('a')]);
  assert.ok(!bed.watch.isNew(handler('a')));
  assert.ok(bed.watch.isNew(handler('b')));
  const later = testBed([], bed.watch.tried());
  assert.ok(!later.watch.isNew(handler('a')));
});

test('what is taken back goes with its stand-in, and others stay', () => {
  const bed = testBed([]);
  bed.register('old', 'new', 'new.next', 'foreign');
  bed.watch.takeBack(handler('new'), null);
  assert.deepEqual(bed.names().toSorted(), ['foreign', 'old']);
  assert.deepEqual([...bed.memory.records.keys()].toSorted(), ['foreign', 'old']);
});

test('where something served before, it serves under the name of the stand-in before the new line is gone', () => {
  const bed = testBed([]);
  bed.register('new');
  const seen: string[][] = [];
  bed.kernel.watch(() => seen.push(bed.names()));
  bed.watch.takeBack(handler('new'), handler('new', '/bin/older'));
  assert.deepEqual(seen, [['new.next', 'new'], ['new.next']]);
  assert.match(bed.instance.read('new.next')?.text ?? '', /interpreter \/bin\/older/);
});

test('what is put back is ours again', () => {
  const bed = testBed([]);
  bed.watch.putBack(handler('a'));
  assert.deepEqual([bed.names(), [...bed.memory.records.keys()]], [['a'], ['a']]);
});

test('a host without the means for a trial says nothing of any handler', async () => {
  for (const code of ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETIMEDOUT'])
    assert.equal((await testBed([failed(code)]).watch.trial()).verdict, 'unknown', code);
});

test('a trial that throws says nothing either', async () => {
  assert.equal((await testBed([new Error('EMFILE')]).watch.trial()).verdict, 'unknown');
});

test('what the kernel refuses or hands to something else has stopped', async () => {
  for (const code of ['ELOOP', 'ENOEXEC', 'ENOENT', 'EACCES', 'canary-hijacked'])
    assert.equal((await testBed([failed(code)]).watch.trial()).verdict, 'stopped', code);
});

test('a program that somebody kills before it can be seen is run again, and says nothing of any handler', async () => {
  const killed = failed('canary-killed');
  assert.equal((await testBed([killed, killed, done]).watch.trial()).verdict, 'runs');
  assert.equal((await testBed([killed, killed, killed]).watch.trial()).verdict, 'unknown');
});

test('a program that crashes before it can be seen is run again, and one that crashes each time has stopped', async () => {
  const killed = failed('canary-crashed');
  assert.equal((await testBed([killed, killed, done]).watch.trial()).verdict, 'runs');
  assert.equal((await testBed([killed, failed('EAGAIN')]).watch.trial()).verdict, 'unknown');
  assert.equal((await testBed([killed, killed, killed]).watch.trial()).verdict, 'stopped');
});

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

function testBed(answers: readonly (Outcome | Error)[], before: readonly string[] = []) {
  const kernel = new MemoryKernel();
  const opened = kernel.open();
  assert.ok(opened.ok);
  const { instance } = opened;
  const memory = createMemory();
  const rest = [...answers];
  const canary = async (): Promise<Outcome> => {
    const answer = rest.shift();
    if (answer === undefined) throw new Error('one trial too many');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return {
    kernel,
    instance,
    memory,
    watch: createCanaryWatch({ canary }, instance, memory, before),
    names: () => instance.names(),
    register(...names: string[]) {
      for (const name of names) {
        assert.ok(instance.register(renderLine(handler(name).registration)).ok);
        const raw = instance.read(name);
        assert.ok(raw);
        memory.records.set(name, { id: raw.id, interpreter: null });
      }
    },
  };
}
