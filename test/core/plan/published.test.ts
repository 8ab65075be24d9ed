import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEntry, renderEntry } from '../../../src/core/kernel/entry.ts';
import { filesInForce, readDeclarations } from '../../../src/core/plan/binfmt-d.ts';
import { judge, type Kept } from '../../../src/core/plan/custody.ts';
import { type Desired, nothingDesired } from '../../../src/core/plan/desired.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import {
  isPublished,
  namesIn,
  planFiles,
  publicationOf,
  publishedText,
} from '../../../src/core/plan/published.ts';
import { architectureOf, catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';

const store = '/var/lib/store';

test('every platform of the catalogue is published under its usual name, with the flags and the file of ours', () => {
  const desired = wanting(...catalogue.map((row) => row.target));
  const { lines, faults } = publicationOf(desired);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    lines.map((line) => line.name),
    catalogue.map((row) => `qemu-${row.target}`),
  );
  for (const [at, line] of lines.entries())
    assert.deepEqual({ ...line, name: '' }, { ...desired.handlers[at]?.registration, name: '' });
});

test('what is published reads back as systemd reads it, whatever the store is called', () => {
  const odd = fc.stringMatching(/^[A-Za-z0-9:;#,|!%@=~ +^&*?<>"'`()[\]{}$_.-]{1,30}$/);
  fc.assert(
    fc.property(odd, (name) => {
      const desired = { ...wanting('aarch64'), store: `/${name}` };
      const { lines, faults } = publicationOf(at(desired, `/${name}/1/qemu-aarch64`));
      assert.equal(lines.length + faults.length, 1);
      for (const line of lines) {
        const { declared } = readDeclarations([{ path: '/f', text: publishedText(line) }]);
        assert.deepEqual(
          declared.map((d) => d.registration),
          [line],
        );
      }
    }),
  );
});

test('a name that is ours or adopted, an emulator in place, and an own handler are not published', () => {
  const named = { ...wanting('aarch64'), prefix: 'qemu-' };
  const renamed = rename(named, (h) => ({ ...h, name: `qemu-aarch64` }));
  assert.deepEqual(publicationOf(renamed).lines, []);
  assert.match(publicationOf(renamed).faults[0]?.detail ?? '', /entry of its own/);
  const adopted = { ...wanting('aarch64'), adopted: new Set(['qemu-aarch64']) };
  assert.match(publicationOf(adopted).faults[0]?.detail ?? '', /adopted/);
  const inPlace = publicationOf(at(wanting('aarch64', 'arm'), '/usr/bin/qemu-aarch64-static'));
  assert.deepEqual([inPlace.lines, inPlace.faults.map((f) => f.subject)], [[], ['interpreters.deploy']]);
  const own = rename(wanting('aarch64'), (r) => ({ ...r, name: 'mine' }));
  assert.deepEqual(publicationOf(own), { lines: [], faults: [] });
});

test('ours takes the place of a package of the same name, and /etc the place of ours', () => {
  const [line] = publicationOf(wanting('aarch64')).lines;
  assert.ok(line);
  const name = `${line.name}.conf`;
  const file = (dir: string, text: string) => ({ path: `${dir}/${name}`, text });
  const ours = file('/run/binfmt.d', publishedText(line));
  const theirs = file('/usr/lib/binfmt.d', ':qemu-aarch64:E::x::/bin/true:\n');
  assert.deepEqual(filesInForce([[], [ours], [], [theirs]]), [ours]);
  assert.deepEqual(filesInForce([[file('/etc/binfmt.d', '')], [ours], [], [theirs]])[0]?.text, '');
});

test('a file of somebody else is neither written nor removed, ours only where it differs', () => {
  const { lines } = publicationOf(wanting('aarch64', 'arm', 's390x'));
  const [first, second] = lines;
  assert.ok(first && second);
  const plan = planFiles(lines, [
    { name: `${first.name}.conf`, text: publishedText(first) },
    { name: `${second.name}.conf`, text: ':qemu-arm:E::x::/bin/true:\n' },
    { name: 'qemu-mips.conf', text: publishedText({ ...first, name: 'qemu-mips' }) },
    { name: 'qemu-ppc.conf', text: null },
    { name: 'qemu-hppa.conf', text: `x${publishedText(first)}` },
  ]);
  assert.deepEqual(
    plan.write.map((f) => f.name),
    ['qemu-s390x.conf'],
  );
  assert.deepEqual(plan.remove, ['qemu-mips.conf']);
  assert.deepEqual(plan.taken, ['qemu-arm.conf']);
  assert.equal(isPublished(null), false);
  assert.deepEqual(namesIn([{ name: 'qemu-x.conf', text: publishedText(first) }]), ['qemu-x']);
});

test('an entry of an earlier file is replaced; one of somebody else, a right one, none at all are left alone', () => {
  const [line] = publicationOf(wanting('aarch64')).lines;
  assert.ok(line);
  const kept: Kept = {
    name: line.name,
    adopted: false,
    declared: { registration: line, where: '' },
    published: true,
  };
  const isStored = (path: string): boolean => path.startsWith(`${store}/`);
  const due = (interpreter: string, enabled = true): string => {
    const found = parseEntry(renderEntry({ ...line, interpreter }, enabled));
    return judge(kept, null, [], found, isStored).due;
  };
  assert.equal(due(line.interpreter), 'nothing');
  assert.equal(due(`${store}/old/qemu-aarch64`), 'replace');
  assert.equal(due(`${store}/old/qemu-aarch64`, false), 'nothing');
  assert.equal(due('/usr/bin/qemu-aarch64-static'), 'nothing');
  assert.equal(judge(kept, null, [], null, isStored).due, 'nothing');
});

function wanting(...targets: readonly string[]): Desired {
  const handlers = targets.map((key): Handler => {
    const architecture = architectureOf(key);
    assert.ok(architecture);
    const registration = {
      name: `keeper-${key}`,
      matcher: matcherOf(architecture),
      interpreter: `${store}/0123456789abcdef/qemu-${key}`,
      flags: 'POCF',
    };
    return { key, platforms: [], registration, interpreter: null, samples: [] };
  });
  return { ...nothingDesired, handlers, prefix: 'keeper-', store };
}

function at(desired: Desired, interpreter: string): Desired {
  return rename(desired, (registration) => ({ ...registration, interpreter }));
}

function rename(
  desired: Desired,
  change: (registration: Handler['registration']) => Handler['registration'],
): Desired {
  const handlers = desired.handlers.map((h) => ({ ...h, registration: change(h.registration) }));
  return { ...desired, handlers };
}
