import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { renderMetrics } from '../../src/core/report/metrics.ts';
import { noTotals } from '../../src/core/report/totals.ts';
import { removeFile } from '../../src/host/files/any-directory.ts';
import { writeAtomic } from '../../src/host/files/atomic-file.ts';
import { createTextfile, type TextfileParts } from '../../src/publish/textfile.ts';
import { reportLike } from '../cli/reports.ts';
import { readExposition } from '../core/report/exposition.ts';
import { until } from '../e2e/until.ts';
import { scratch } from '../host/scratch.ts';

test('the file is there soon, is whole at any moment, is for everybody to read, and goes at the end', async (t) => {
  const bed = testBed(t);
  bed.textfile.use(bed.path);
  await until('the file', () => (existsSync(bed.path) ? true : null));
  assert.equal(statSync(bed.path).mode & 0o777, 0o644);
  const first = statSync(bed.path).ino;
  for (let reads = 0; reads < 200 || statSync(bed.path).ino === first; reads += 1) {
    assert.ok(readExposition(readFileSync(bed.path, 'utf8')).length > 10);
    // Another name ending in .prom would be read by the collector too.
    assert.deepEqual(
      readdirSync(bed.dir).filter((name) => name.endsWith('.prom')),
      ['keeper.prom'],
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  await bed.textfile.close();
  assert.deepEqual(readdirSync(bed.dir), []);
});

test('what node_exporter tells of its own process is not among it', async (t) => {
  const process = { node: '24.0.0', startedAt: 1000, cpuMs: 10, residentBytes: 1_000_000 };
  const report = reportLike({ totals: { ...noTotals, process } });
  const bed = testBed(t, {}, async () => report);
  bed.textfile.use(bed.path);
  await until('the file', () => (existsSync(bed.path) ? true : null));
  const names = (text: string): string[] => [...new Set(readExposition(text).map((s) => s.name))];
  const served = names(renderMetrics(report, 'text'));
  assert.ok(served.some((name) => name.startsWith('process_')));
  assert.deepEqual(
    names(readFileSync(bed.path, 'utf8')),
    served.filter((name) => !name.startsWith('process_')),
  );
});

test('another path takes the place of the one before, and none ends it', async (t) => {
  const bed = testBed(t);
  const other = join(bed.dir, 'other.prom');
  bed.textfile.use(bed.path);
  await until('the file', () => (existsSync(bed.path) ? true : null));
  bed.textfile.use(other);
  await until('the other', () => (existsSync(other) && !existsSync(bed.path) ? true : null));
  bed.textfile.use('');
  await until('the end', () => (readdirSync(bed.dir).length === 0 ? true : null));
});

test('changed while it is being written, the last path is the one that stays', async (t) => {
  const bed = testBed(t);
  const paths = Array.from({ length: 20 }, (_, at) => join(bed.dir, `${at}.prom`));
  for (const path of paths) {
    bed.textfile.use(path);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until('the last', () => (readdirSync(bed.dir).join() === '19.prom' ? true : null));
});

test('a directory that is missing is a problem until it is there', async (t) => {
  const bed = testBed(t);
  const path = join(bed.dir, 'missing/keeper.prom');
  bed.textfile.use(path);
  await until('the problem', () => bed.problems.get(path) ?? null);
  assert.match(bed.problems.get(path) ?? '', /ENOENT/);
  mkdirSync(join(bed.dir, 'missing'));
  await until('the file', () => (existsSync(path) && bed.problems.get(path) === null ? true : null));
});

test('a path that is no longer wanted is no problem any more', async (t) => {
  const bed = testBed(t);
  const path = join(bed.dir, 'missing/keeper.prom');
  bed.textfile.use(path);
  await until('the problem', () => bed.problems.get(path) ?? null);
  bed.textfile.use('');
  assert.equal(bed.problems.get(path), null);
  await bed.textfile.close();
  assert.equal(bed.problems.get(path), null);
});

test('what cannot be replaced is a problem and is left as it is', async (t) => {
  const bed = testBed(t);
  mkdirSync(bed.path);
  writeFileSync(join(bed.path, 'kept'), '');
  bed.textfile.use(bed.path);
  await until('the problem', () => bed.problems.get(bed.path) ?? null);
  await bed.textfile.close();
  assert.deepEqual(readdirSync(bed.dir), ['keeper.prom']);
  assert.deepEqual(readdirSync(bed.path), ['kept']);
});

test('a place that does not answer is a problem, and no end waits for it', async (t) => {
  const bed = testBed(t, {
    reach: async () => ({ ok: false, code: 'ETIMEDOUT', message: 'does not answer', mountPoint: '/' }),
  });
  bed.textfile.use(bed.path);
  await until('the problem', () => bed.problems.get(bed.path) ?? null);
  assert.deepEqual(readdirSync(bed.dir), []);
  await bed.textfile.close();

  const stuck = testBed(t, { replaceFile: () => new Promise(() => {}) });
  stuck.textfile.use(stuck.path);
  await stuck.textfile.close();
  stuck.textfile.use(stuck.path);
});

test('a report that cannot be drawn is told like any other failure, and tried again', async (t) => {
  let broken = true;
  const bed = testBed(t, {}, async () => {
    if (broken) throw new Error('no report');
    return reportLike();
  });
  bed.textfile.use(bed.path);
  await until('the problem', () => bed.problems.get(bed.path) ?? null);
  broken = false;
  await until('the file', () => (existsSync(bed.path) ? true : null));
});

function testBed(
  t: TestContext,
  machine: Partial<TextfileParts['machine']> = {},
  report = async () => reportLike(),
) {
  const dir = scratch();
  const problems = new Map<string, string | null>();
  const textfile = createTextfile(
    {
      machine: {
        reach: async () => ({ ok: true }),
        replaceFile: (path, text, mode) => writeAtomic(path, text, mode, { fsync: false }),
        removeFile,
        ...machine,
      },
      report,
      problem: (path, why) => problems.set(path, why),
    },
    20,
  );
  t.after(textfile.close);
  return { dir, path: join(dir, 'keeper.prom'), problems, textfile };
}
