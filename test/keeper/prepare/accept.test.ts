import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acceptHandler } from '../../../src/core/native/acceptance.ts';
import { acceptCandidates } from '../../../src/keeper/prepare/accept.ts';
import type { Candidate } from '../../../src/keeper/prepare/candidate.ts';

const host = { native: { machine: 62, class: 64, data: 'little', sibling: null } } as const;

/** An own handler for an extension. */
function own(name: string, extension: string, interpreter: string): Candidate {
  const registration = { name, matcher: { kind: 'extension', extension }, interpreter, flags: '' } as const;
  const handler = { key: name, platforms: [], registration, interpreter: null, samples: [] };
  return { handler, info: { version: null, probe: null }, header: null };
}

const namesOf = (candidates: readonly Candidate[]) => candidates.map((c) => c.handler.registration.name);

describe('a clash leaves out the handler whose interpreter is taken, and no other', () => {
  // What a name may hold that a sentence, or a list in one, is made of.
  for (const tail of [
    ':b',
    ': interpreter',
    ', b',
    ',b',
    ' b',
    '.b',
    '; b',
    ': ',
    '-b',
    '\t',
    '\x85',
    '\xe9',
  ]) {
    test(JSON.stringify(`a${tail}`), () => {
      const name = `a${tail}`;
      const innocent = own('a', 'one', '/opt/run');
      const clashing = own(name, 'two', '/opt/run.three');
      const taker = own('b', 'three', '/opt/other');
      const { accepted, problems } = acceptCandidates([innocent, clashing, taker], host, acceptHandler);
      assert.deepEqual(namesOf(accepted), ['a', 'b']);
      assert.deepEqual(
        problems.map(({ code, subject }) => [code, subject]),
        [['handler-refused', name]],
      );
      assert.match(problems[0]?.detail ?? '', /\/opt\/run\.three, matched by b$/);
    });
  }
});

test('whatever is left out has a problem that names it, and nothing else has one', () => {
  const candidates = [
    own('a', 'one', '/opt/run'),
    own('a', 'two', '/opt/run'),
    own('a:b', 'three', '/opt/run.three'),
    own('a,b', 'four', '/opt/run.five'),
    own('a: ', 'py', '/opt/run'),
    own('c', 'five', '/opt/run'),
    own('a\nb', 'six', '/opt/run.five'),
  ];
  const { accepted, problems } = acceptCandidates(candidates, host, acceptHandler);
  assert.deepEqual(namesOf(accepted), ['a', 'c']);
  assert.deepEqual(new Set(problems.map((p) => p.subject)), new Set(['a', 'a:b', 'a,b', 'a: ', 'a\nb']));
});

test('a flag that this kernel does not know is refused before it is written', () => {
  const pinned = own('a', 'one', '/opt/run');
  const candidate = {
    ...pinned,
    handler: { ...pinned.handler, registration: { ...pinned.handler.registration, flags: 'F' } },
  };
  const on = (minor: number) =>
    acceptCandidates([candidate], { ...host, kernel: { major: 4, minor, patch: 0 } }, acceptHandler);
  assert.deepEqual(on(8).problems, []);
  const [problem] = on(7).problems;
  assert.deepEqual(
    [problem?.code, problem?.subject, problem?.detail],
    [
      'handler-refused',
      'a',
      'flags: expected flags that this kernel knows, got F: F needs Linux 4.8, this is 4.7',
    ],
  );
});
