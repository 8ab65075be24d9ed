import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptTask } from '../../../src/core/kept/task.ts';
import { type Entry, parseEntry, renderEntry } from '../../../src/core/kernel/entry.ts';
import type { Registration } from '../../../src/core/kernel/registration.ts';
import { judge, type Kept } from '../../../src/core/plan/custody.ts';

const registration = (interpreter: string): Registration => ({
  name: 'x',
  matcher: { kind: 'extension', extension: 'x' },
  interpreter,
  flags: '',
});
const one = registration('/one');
const two = registration('/two');
const adopted: Kept = { name: 'x', adopted: true, declared: null };
const declared: Kept = { name: 'x', adopted: false, declared: { registration: one, where: '/a.conf:1' } };
const shown = (given: Registration, enabled = true) => parseEntry(renderEntry(given, enabled));
const what = ({ state, due }: ReturnType<typeof judge>) => `${state}, ${due}`;

test('an adopted entry is recorded when it is seen, and comes back as it was recorded', () => {
  assert.equal(what(judge(adopted, null, [], shown(one))), 'ok, record');
  assert.equal(what(judge(adopted, one, [], shown(one))), 'ok, nothing');
  assert.deepEqual(judge(adopted, one, [], null).registration, one);
  assert.equal(what(judge(adopted, one, [], null)), 'missing, restore');
  assert.equal(what(judge(adopted, one, [], shown(one, false))), 'disabled, enable');
});

test('an adopted entry is never replaced: another line is recorded once it is in force', () => {
  assert.deepEqual(judge(adopted, one, [], shown(two)).registration, two);
  assert.equal(what(judge(adopted, one, [], shown(two))), 'ok, record');
  assert.equal(what(judge(adopted, one, [], shown(two, false))), 'disabled, nothing');
  assert.equal(
    what(judge(adopted, one, [one, two], parseEntry('enabled\nbpf something\n'))),
    'drifted, nothing',
  );
});

test('an adopted entry that was never seen cannot be kept', () => {
  assert.equal(what(judge(adopted, null, [], null)), 'missing, nothing');
  assert.equal(what(judge(adopted, null, [], shown(one, false))), 'disabled, nothing');
});

test('a declared entry is what its file says', () => {
  assert.equal(what(judge(declared, null, [], null)), 'missing, restore');
  assert.equal(what(judge(declared, null, [], shown(one))), 'ok, nothing');
  assert.equal(what(judge(declared, null, [], shown(one, false))), 'disabled, enable');
});

test('what the file declared before is replaced, the line of a third party is not', () => {
  assert.equal(what(judge(declared, null, [two], shown(two))), 'drifted, replace');
  assert.equal(what(judge(declared, null, [], shown(two))), 'drifted, nothing');
  assert.equal(what(judge(declared, two, [], shown(two))), 'drifted, nothing');
});

test('a name that is adopted and declared is kept as adopted, and as declared before it was seen', () => {
  const both: Kept = { ...declared, adopted: true };
  assert.deepEqual(judge(both, two, [], null).registration, two);
  assert.deepEqual(judge(both, null, [], null).registration, one);
});

const entry = (name: string, given: Registration, ino: number): Entry => {
  const text = shown(given);
  assert.ok(text);
  return { ...text, name, id: { dev: 1, ino, ctimeMs: 1 } };
};
const steps = (...args: Parameters<typeof keptTask>) =>
  keptTask(...args)?.steps.map((s) => `${s.action} ${'name' in s ? s.name : ''}`) ?? [];

test('a replacement leaves no moment without an entry', () => {
  const judged = judge(declared, null, [two], shown(two));
  assert.deepEqual(steps(judged, entry('x', two, 1), null), [
    'register x.next',
    'remove x',
    'register x',
    'remove x.next',
  ]);
});

test('a stand-in that a crash left is removed when the entry is there, one of another line never', () => {
  const fine = judge(declared, null, [], shown(one));
  assert.deepEqual(steps(fine, entry('x', one, 1), entry('x.next', one, 2)), ['remove x.next']);
  assert.deepEqual(steps(fine, entry('x', one, 1), entry('x.next', two, 2)), []);
  const lost = judge(declared, null, [], null);
  assert.deepEqual(steps(lost, null, entry('x.next', one, 2)), ['register x', 'remove x.next']);
  assert.deepEqual(steps(lost, null, entry('x.next', two, 2)), ['register x']);
});
