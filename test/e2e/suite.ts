import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { awayFromHost } from '../away.ts';
import { requireKernel } from '../kernel.ts';
import { targets } from './foreign.ts';
import { createWorld, type World } from './world.ts';

/** One claim: shown by what happens in a world of its own; a string says why it cannot be shown here. */
export type Case = (world: World) => Promise<string | undefined>;

const claimVariable = 'E2E_CLAIM';
const directoryVariable = 'E2E_DIRECTORY';
const limitMs = 180_000;

/**
 * Declares the cases of one file. Each runs in a user and mount namespace of its own: what a fault leaves behind (a
 * mount, a limit, an entry that stops all programs) ends with it, and two cases can run at once. With `all` ids it has
 * those of the host one to one, so that uid 1000 is really somebody else.
 */
export async function suite(
  url: string,
  title: string,
  cases: Readonly<Record<string, Case>>,
  ids: 'root' | 'all' = 'root',
): Promise<void> {
  const claim = process.env[claimVariable];
  if (claim !== undefined) return runInside(cases[claim]);
  describe(title, { concurrency: 2 }, () => {
    for (const name of Object.keys(cases)) {
      it(name, async (t) => {
        if (!requireKernel(t)) return;
        if (ids === 'all' && process.getuid?.() !== 0)
          return t.skip('only root gives all ids to a namespace');
        const missing = targets.find((target) => !existsSync(`/usr/bin/qemu-${target}-static`));
        if (missing !== undefined) return t.skip(`no /usr/bin/qemu-${missing}-static`);
        const { skipped, failure } = await runOutside(fileURLToPath(url), name, ids);
        if (skipped !== null) return t.skip(skipped);
        if (failure !== null) throw new Error(failure);
      });
    }
  });
}

interface Verdict {
  readonly skipped: string | null;
  readonly failure: string | null;
}

function runOutside(file: string, claim: string, ids: 'root' | 'all'): Promise<Verdict> {
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-e2e-'));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // With no ids the shell has no rights; it becomes root by the exec that follows once they are written.
  const become = ids === 'all' ? ['-Um', '--propagation', 'private', 'sh', '-c', waitForIds, 'sh'] : rootOnly;
  const words = [...awayFromHost(), 'unshare', ...become, process.execPath, '--no-warnings', file];
  const child = spawn('env', words, {
    env: { ...env, [claimVariable]: claim, [directoryVariable]: dir },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  if (ids === 'root') child.stdin.end();
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdout.once('data', () => {
    if (ids === 'all') giveIds(child.pid);
    child.stdin.end('\n');
  });
  const timer = setTimeout(() => endGroup(child.pid), limitMs);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      endGroup(child.pid);
      rmSync(dir, { recursive: true, force: true });
      resolve(readVerdict(out) ?? { skipped: null, failure: `no verdict (${status ?? signal}): ${err}` });
    });
  });
}

const rootOnly = ['-Urm', '--propagation', 'private'];
const waitForIds = 'echo ids; read -r _; exec "$@" </dev/null';

function giveIds(pid: number | undefined): void {
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${pid}/${map}`, '0 0 65536\n');
}

function readVerdict(out: string): Verdict | null {
  const line = out.split('\n').find((l) => l.startsWith(prefix));
  return line === undefined ? null : JSON.parse(line.slice(prefix.length));
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // all of it has ended
  }
}

const prefix = 'verdict: ';

async function runInside(run: Case | undefined): Promise<void> {
  const world = createWorld(process.env[directoryVariable] ?? '');
  let verdict: Verdict;
  try {
    if (run === undefined) throw new Error('no such case');
    verdict = { skipped: (await run(world)) ?? null, failure: null };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    verdict = { skipped: null, failure: `${stack}\n${world.story()}` };
  }
  world.end();
  process.stdout.write(`${prefix}${JSON.stringify(verdict)}\n`, () => process.exit());
}
