import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { awayFromHost } from '../away.ts';
import { targets } from '../e2e/foreign.ts';
import { requireKernel } from '../kernel.ts';
import { requireStrace } from '../strace.ts';

/** Each scenario of matrix.child.ts, and into how many parts that run at once it is cut. */
const scenarios: Readonly<Record<string, number>> = {
  'start from nothing': 1,
  'first deployment': 2,
  registration: 1,
  replacement: 1,
  upgrade: 2,
  'another prefix': 1,
  uninstall: 1,
};

interface Row {
  readonly step: string;
  readonly left: string;
  readonly killed: boolean;
  readonly failure?: string;
}

const limitMs = 240_000;
const child = fileURLToPath(new URL('matrix.child.ts', import.meta.url));

describe('killed at any step, it leaves old or new, and the next start puts all right', {
  concurrency: 2,
}, () => {
  for (const [scenario, parts] of Object.entries(scenarios)) {
    for (let part = 0; part < parts; part++) {
      const which = parts === 1 ? '' : `, part ${part + 1} of ${parts}`;
      it(`${scenario}${which}`, async (t) => {
        if (!requireKernel(t) || !requireStrace(t)) return;
        const missing = targets.find((target) => !existsSync(`/usr/bin/qemu-${target}-static`));
        if (missing !== undefined) return t.skip(`no /usr/bin/qemu-${missing}-static`);
        const { rows, said } = await runScenario(scenario, part, parts);
        for (const row of rows)
          t.diagnostic(`| ${scenario} | ${row.step} | ${row.left} | ${row.failure ?? 'as wanted'} |`);
        assert.deepEqual(
          rows.filter((row) => row.failure !== undefined),
          [],
        );
        assert.equal(said, '');
        assert.ok(
          rows.some((row) => row.killed),
          'it was never killed',
        );
      });
    }
  }
});

/** The rows of one part, and what went wrong beside them. */
function runScenario(
  scenario: string,
  part: number,
  parts: number,
): Promise<{ readonly rows: readonly Row[]; readonly said: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-crash-'));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const node = [process.execPath, '--no-warnings', child, scenario, `${part}`, `${parts}`, dir];
  const args = [...awayFromHost(), 'unshare', '-Urm', '--propagation', 'private', ...node];
  const running = spawn('env', args, { stdio: ['ignore', 'pipe', 'pipe'], env, detached: true });
  let out = '';
  let said = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  running.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const end = (): void => {
    try {
      if (running.pid !== undefined) process.kill(-running.pid, 'SIGKILL');
    } catch {
      // all of it has ended
    }
  };
  const timer = setTimeout(end, limitMs);
  return new Promise((resolve) => {
    running.on('close', (status, signal) => {
      clearTimeout(timer);
      end();
      rmSync(dir, { recursive: true, force: true });
      const rows = out
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Row => JSON.parse(line));
      resolve({ rows, said: status === 0 ? '' : `ended with ${status ?? signal}: ${said}` });
    });
  });
}
