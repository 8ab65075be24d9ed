import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Config, parseConfig } from '../../src/core/config/config.ts';
import { type Desired, nothingDesired } from '../../src/core/plan/desired.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';
import type { Problem } from '../../src/core/problems.ts';
import { readPublishedFiles } from '../../src/host/files/published-files.ts';
import { createMachine } from '../../src/host/machine.ts';
import type { Place } from '../../src/host/mounts/place.ts';
import { createBinfmtDPublisher } from '../../src/publish/binfmt-d.ts';
import { scratch } from '../host/scratch.ts';

const here: Place = { here: true, host: 'same', why: '' };

test('files are written whole and readable, once, and only those of ours are removed', async () => {
  const bed = await testBed();
  await bed.publisher.publish(bed.config(true), wanting('aarch64', 'arm'));
  assert.deepEqual(bed.files(), ['qemu-aarch64.conf', 'qemu-arm.conf']);
  const path = join(bed.dir, 'qemu-aarch64.conf');
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.match(
    readFileSync(path, 'latin1'),
    /^# .*\n# .*\n:qemu-aarch64:M:.*:\/store\/1\/qemu-aarch64:POCF\n$/,
  );
  const before = statSync(path).ino;
  await bed.publisher.publish(bed.config(true), wanting('aarch64', 'arm'));
  assert.equal(statSync(path).ino, before);
  writeFileSync(join(bed.dir, 'qemu-mips.conf'), ':qemu-mips:E::x::/bin/true:\n');
  symlinkSync('qemu-aarch64.conf', join(bed.dir, 'qemu-ppc.conf'));
  await bed.publisher.publish(bed.config(false), wanting('aarch64', 'arm'));
  assert.deepEqual(bed.files(), ['qemu-mips.conf', 'qemu-ppc.conf']);
  assert.deepEqual(bed.problems, []);
});

test('one platform is withdrawn, or all', async () => {
  const bed = await testBed();
  await bed.publisher.publish(bed.config(true), wanting('aarch64', 'arm', 's390x'));
  await bed.publisher.withdraw(['arm']);
  assert.deepEqual(bed.files(), ['qemu-aarch64.conf', 'qemu-s390x.conf']);
  await bed.publisher.withdraw('all');
  assert.deepEqual(bed.files(), []);
});

test('where directory or store are not those of the host nothing is written, and that is said', async () => {
  for (const [what, missing] of [
    ['/run/binfmt.d', false],
    ['/run/binfmt.d', true],
    ['/store', false],
  ] as const) {
    const bed = await testBed((path) => {
      if (missing && path.endsWith('/binfmt.d')) return { here: false, host: 'same', why: '' };
      const other = path.endsWith(missing ? '/run' : what);
      return other ? { here: true, host: 'elsewhere', why: 'is another one' } : here;
    });
    await bed.publisher.publish(bed.config(true), wanting('aarch64'));
    assert.deepEqual(bed.files(), []);
    assert.deepEqual(
      bed.problems.map((p) => [p.code, p.detail]),
      [['binfmt-d-unpublished', 'is another one']],
    );
  }
});

test('the problem goes with its cause', async () => {
  const bed = await testBed();
  const path = join(bed.dir, 'qemu-aarch64.conf');
  mkdirSync(path, { recursive: true });
  await bed.publisher.publish(bed.config(true), wanting('aarch64', 'arm'));
  assert.deepEqual(
    bed.problems.map((p) => p.subject),
    [path],
  );
  await bed.publisher.publish(bed.config(true), wanting('arm'));
  assert.deepEqual(bed.problems, []);
});

test('to withdraw one platform takes back nothing that is wrong with another', async () => {
  const bed = await testBed();
  const path = join(bed.dir, 'qemu-aarch64.conf');
  mkdirSync(path, { recursive: true });
  await bed.publisher.publish(bed.config(true), wanting('aarch64', 'arm'));
  await bed.publisher.withdraw(['arm']);
  assert.deepEqual([bed.files(), bed.problems.map((p) => p.subject)], [['qemu-aarch64.conf'], [path]]);
});

test('a host without means is a problem, which stops neither who configures nor the next attempt', async () => {
  let short = true;
  const bed = await testBed(() => {
    if (short) throw new Error('EMFILE');
    return here;
  });
  await bed.publisher.publish(bed.config(true), wanting('arm'));
  assert.match(bed.problems[0]?.detail ?? '', /EMFILE/);
  short = false;
  await bed.publisher.publish(bed.config(true), wanting('arm'));
  assert.deepEqual([bed.files(), bed.problems], [['qemu-arm.conf'], []]);
});

async function testBed(placeOf: (path: string) => Place = () => here) {
  const root = scratch();
  const machine = await createMachine();
  const bed = { problems: [] as readonly Problem[] };
  const publisher = createBinfmtDPublisher(
    {
      ...machine,
      readPublishedFiles: () => readPublishedFiles(root),
      placeOf: async (path) => placeOf(path),
    },
    (problems) => {
      bed.problems = problems;
    },
  );
  const dir = `${root}/run/binfmt.d`;
  const config = (binfmtD: boolean): Config => {
    const parsed = parseConfig({ env: {}, flags: { 'publish-binfmt-d': binfmtD } });
    assert.ok(parsed.ok);
    return { ...parsed.config, interpreters: { ...parsed.config.interpreters, store: '/store' } };
  };
  const files = (): readonly string[] => {
    try {
      return readdirSync(dir).sort();
    } catch {
      return [];
    }
  };
  return Object.assign(bed, { publisher, dir, config, files });
}

function wanting(...targets: readonly string[]): Desired {
  const handlers = targets.map((key) => {
    const architecture = architectureOf(key);
    assert.ok(architecture);
    const registration = {
      name: `keeper-${key}`,
      matcher: matcherOf(architecture),
      interpreter: `/store/1/qemu-${key}`,
      flags: 'POCF',
    };
    return { key, platforms: [], registration, interpreter: null, samples: [] };
  });
  return { ...nothingDesired, handlers, prefix: 'keeper-', store: '/store' };
}
