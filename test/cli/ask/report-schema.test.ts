import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { readReportShape, reportJsonSchema, reportSchema } from '../../../src/cli/ask/report-schema.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';
import { handlerLike, reportLike } from '../reports.ts';

const root = join(import.meta.dirname, '../../..');

describe('the report for programs', () => {
  it('is published as JSON Schema, word for word what the code checks', () => {
    assert.equal(readFileSync(join(root, 'docs/report.schema.json'), 'utf8'), reportJsonSchema());
  });

  it('may say more than this version knows, but not less', () => {
    const report = reportLike({ handlers: [handlerLike()] });
    const { instance: _, ...less } = report;
    assert.deepEqual(readReportShape({ ...report, later: [{ new: 1 }] }), report);
    assert.deepEqual(readReportShape({ ...report, instance: { ...report.instance, later: 1 } }), report);
    assert.equal(readReportShape(less), null);
    assert.equal(readReportShape({ ...report, schema: 2 }), null);
  });

  for (const [format, read] of [
    ['json', (text: string): unknown => JSON.parse(text)],
    ['yaml', (text: string): unknown => parse(text)],
  ] as const) {
    it(`as ${format} has no key that the schema lacks`, (t) => {
      if (!requireKernel(t)) return;
      const dir = mkdtempSync(join(tmpdir(), 'keeper-report-'));
      try {
        const main = join(root, 'src/main.ts');
        const env = {
          ...process.env,
          BINFMT_KEEPER_SANDBOX: '1',
          BINFMT_KEEPER_INTERPRETERS_STORE: join(dir, 'store'),
          BINFMT_KEEPER_MOUNTS_ANCHOR: join(dir, 'run/binfmt_misc'),
        };
        const [command, args] = inPrivateInstance(process.execPath, main, 'status', '-o', format);
        const run = () =>
          execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        assert.throws(run, (error: { status: number; stdout: string }) => {
          assert.equal(error.status, 1);
          const given = read(error.stdout);
          const report = reportSchema.parse(given);
          assert.deepEqual(report, given);
          assert.equal(report.ready, false);
          assert.ok(report.handlers.some((h) => h.key === 'aarch64' && h.state === 'missing'));
          return true;
        });
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  }
});
