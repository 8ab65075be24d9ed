import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** Another process that executes foreign programs without a pause and counts what fails. */
export interface Prober {
  /** Waits for ten more attempts, all of them begun after the call. */
  more(): Promise<void>;
  /** Ten more attempts, and then: none of all has failed. */
  assertUnbroken(): Promise<void>;
  /** All attempts until now, and those that failed. */
  counts(): { readonly attempts: number; readonly failed: number };
  kill(): void;
}

/** Starts it; `more` then tells that it runs. */
export function startProber(file: string): Prober {
  const loop = fileURLToPath(new URL('prober.child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', loop, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let attempts = 0;
  const failures: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    attempts += lines.length;
    failures.push(...lines.filter((line) => line !== 'ok'));
  });
  const more = async (): Promise<void> => {
    const wanted = attempts + 11;
    await until('ten more execs', () => (attempts >= wanted ? true : null));
  };
  return {
    more,
    assertUnbroken: async () => {
      await more();
      assert.deepEqual(failures, [], `${failures.length} of ${attempts} execs failed`);
    },
    counts: () => ({ attempts, failed: failures.length }),
    kill: () => void child.kill('SIGKILL'),
  };
}
