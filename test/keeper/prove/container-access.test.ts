import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Access } from '../../../src/core/kernel/container-access.ts';
import type { Situation } from '../../../src/keeper/prepare/situation.ts';
import { createContainerAccess } from '../../../src/keeper/prove/container-access.ts';
import { createWitnesses } from '../../../src/keeper/witnesses.ts';
import { handClock } from '../../fake/clock.ts';

type HandlerView = ReturnType<Situation['repair']['view']>['handlers'][number];

test('before anybody looked nothing is known, and nothing is called a problem', async () => {
  const bed = testBed();
  assert.equal(bed.access.of(bed.view('aarch64')).verdict, 'unknown');
  assert.deepEqual(bed.access.problems(), []);
  await bed.access.look();
  assert.equal(bed.access.of(bed.view('aarch64')).verdict, 'may');
  assert.equal(bed.changed, 1);
});

test('a label that was changed for the worse is told once, and again only after it was right in between', async () => {
  const bed = testBed();
  await bed.access.look();
  bed.verdicts.set('/store/aarch64', 'may-not');
  await bed.access.look();
  await bed.access.look();
  assert.deepEqual([bed.changed, bed.worsened], [2, 1]);
  assert.deepEqual(
    bed.access.problems().map((p) => [p.code, p.subject]),
    [['interpreter-label', 'aarch64']],
  );
  bed.verdicts.clear();
  await bed.access.look();
  assert.deepEqual(bed.access.problems(), []);
  bed.verdicts.set('/store/aarch64', 'unknown');
  await bed.access.look();
  assert.deepEqual([bed.changed, bed.worsened], [4, 2]);
  assert.deepEqual(
    bed.access.problems().map((p) => p.code),
    ['not-proven-for-containers'],
  );
});

test('what is wrong from the first look is a problem, but nothing that preparing again would cure', async () => {
  const bed = testBed();
  bed.verdicts.set('/store/aarch64', 'may-not');
  for (let look = 0; look < 3; look++) await bed.access.look();
  assert.deepEqual([bed.changed, bed.worsened, bed.access.problems().length], [1, 0, 1]);
});

test('what counts is the file that serves: another one is looked at anew', async () => {
  const bed = testBed();
  await bed.access.look();
  const foreign = {
    ...bed.view('aarch64'),
    state: 'foreign-ok',
    foreign: { interpreter: '/usr/bin/theirs' },
  };
  const theirs = foreign as unknown as HandlerView;
  assert.equal(bed.access.of(theirs).verdict, 'unknown');
  bed.verdicts.set('/usr/bin/theirs', 'may-not');
  bed.views[0] = theirs;
  await bed.access.look();
  assert.equal(bed.access.of(theirs).verdict, 'may-not');
  // It is not ours to prepare.
  assert.equal(bed.worsened, 0);
});

test('another file that serves is judged with the look that finds it, and then no more', async () => {
  const bed = testBed();
  await bed.access.look();
  const witnesses = createWitnesses({
    access: bed.access,
    clock: handClock(),
    situation: () => bed.situation,
    logger: pino({ level: 'silent' }),
    changed: () => {},
    hears: true,
  });
  bed.asked.length = 0;
  witnesses.looked();
  await bed.access.settled();
  assert.deepEqual(bed.asked, []);
  const theirs = { ...bed.view('aarch64').entry, interpreter: '/usr/bin/theirs' };
  bed.views[0] = { ...bed.view('aarch64'), state: 'foreign-ok', foreign: theirs } as unknown as HandlerView;
  bed.verdicts.set('/usr/bin/theirs', 'may-not');
  witnesses.looked();
  await bed.access.settled();
  assert.equal(witnesses.of(bed.view('aarch64')).verdict, 'may-not');
  bed.asked.length = 0;
  witnesses.looked();
  await bed.access.settled();
  assert.deepEqual(bed.asked, []);
});

test('a path that hangs is not touched again, and what was judged before holds', async () => {
  const bed = testBed();
  await bed.access.look();
  bed.verdicts.set('/store/aarch64', 'may-not');
  const held = bed.view('aarch64');
  bed.views[0] = { ...held, handler: { ...held.handler, held: true } };
  bed.asked.length = 0;
  await bed.access.look();
  assert.equal(bed.asked.includes('/store/aarch64'), false);
  assert.equal(bed.access.of(bed.view('aarch64')).verdict, 'may');
});

test('own handlers, a sandbox and a configuration that does not ask keep nobody from being ready', async () => {
  for (const [given, key, demanded] of [
    [{}, 'aarch64', true],
    [{}, 'own', false],
    [{ sandbox: true }, 'aarch64', false],
    [{ containers: 'ignore' }, 'aarch64', false],
  ] as const) {
    const bed = testBed(given);
    for (const path of ['/store/aarch64', '/store/own']) bed.verdicts.set(path, 'may-not');
    await bed.access.look();
    assert.equal(bed.access.isDemanded(bed.view(key)), demanded, JSON.stringify(given));
    assert.equal(bed.access.of(bed.view(key)).verdict, 'may-not');
    assert.equal(
      bed.access.problems().some((p) => p.subject === key),
      demanded,
    );
  }
});

test('without SELinux nothing is looked at', async () => {
  const bed = testBed({ selinux: false });
  await bed.access.look();
  assert.deepEqual([bed.asked, bed.access.of(bed.view('aarch64')).verdict], [[], 'may']);
});

function testBed(given: { selinux?: boolean; sandbox?: boolean; containers?: string } = {}) {
  const views = ['aarch64', 'own'].map(viewOf);
  const bed = { changed: 0, worsened: 0, verdicts: new Map<string, Access['verdict']>(), views };
  const asked: string[] = [];
  const config = {
    interpreters: { label: 'auto', store: '/store' },
    readiness: { required: 'auto', containers: given.containers ?? 'required' },
  };
  const situation = { config, repair: { view: () => ({ handlers: bed.views }) } } as unknown as Situation;
  const access = createContainerAccess({
    clock: handClock(),
    machine: {
      usesSelinux: given.selinux ?? true,
      inSandbox: () => given.sandbox ?? false,
      initialUserNamespace: () => given.sandbox !== true,
      judgeLabel: async (path) => {
        asked.push(path);
        return { verdict: bed.verdicts.get(path) ?? 'may', detail: '' };
      },
    },
    situation: () => situation,
    changed: () => {
      bed.changed += 1;
    },
    worsened: () => {
      bed.worsened += 1;
    },
  });
  const view = (key: string): HandlerView => {
    const found = bed.views.find((v) => v.handler.key === key);
    assert.ok(found);
    return found;
  };
  return Object.assign(bed, { access, asked, situation, view });
}

function viewOf(key: string): HandlerView {
  const interpreter = `/store/${key}`;
  const handler = { key, registration: { interpreter }, interpreter: null };
  const entry = { name: `keeper-${key}`, id: { dev: 1, ino: 2, ctimeNs: 3n }, interpreter };
  return { handler, state: 'ok', entry, foreign: null } as unknown as HandlerView;
}
