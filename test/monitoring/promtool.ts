import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The folder with rules, their tests, dashboard and examples. */
const monitoring = fileURLToPath(new URL('../../monitoring/', import.meta.url));

/** True where promtool (Debian's package prometheus) is installed; else skips the test, or fails it under REQUIRE_KERNEL=1. */
export function requirePromtool(t: TestContext): boolean {
  if (spawnSync('promtool', ['--version']).error === undefined) return true;
  if (process.env.REQUIRE_KERNEL === '1') throw new Error('REQUIRE_KERNEL=1, but promtool is not installed');
  t.skip('promtool is not installed');
  return false;
}

/** Runs promtool in the folder; its status and what it said. */
export function promtool(...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, {
    cwd: monitoring,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, said: error?.message ?? `${stdout}${stderr}` };
}

/** Runs `work` with a directory of its own, gone afterwards. */
export function inDirectory<T>(work: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'keeper-monitoring-'));
  try {
    return work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A file of the folder. */
export function monitoringFile(name: string): string {
  return readFileSync(join(monitoring, name), 'utf8');
}
