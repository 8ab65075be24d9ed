import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inPrivateInstance, requireKernel } from '../kernel.ts';
import { expectedCauses } from './expected-causes.ts';

/** One file in one state of the host: what is told without executing it, and what the kernel says to it. */
interface Pair {
  readonly state: string;
  readonly file: string;
  readonly told: string;
  readonly code: string | null;
  readonly kernel: string;
}

let known: readonly Pair[] | null = null;

test('each cause is recognised by its code where it was produced for real', (t) => {
  if (!requireKernel(t)) return;
  known ??= runPairs();
  for (const [code, state, file] of expectedCauses) {
    const pair: Pair | undefined = known.find((one) => one.state === state && one.file === file);
    assert.equal(pair?.code, code, `${file} in the state: ${state}`);
  }
});

test('what explain tells agrees with what the kernel says, over at least 500 pairs of file and state', (t) => {
  if (!requireKernel(t)) return;
  known ??= runPairs();
  const pairs = known;
  const apart = pairs.filter(({ told, kernel }) => told !== kernel);
  assert.deepEqual(apart, []);
  assert.ok(pairs.length >= 500, `${pairs.length} pairs`);
  for (const line of tableOf(pairs)) t.diagnostic(line);
});

test('damaged headers and lines are told as the kernel takes them', (t) => {
  if (!requireKernel(t)) return;
  const apart = runChild<Damaged>('damaged.child.ts', ['1000', '7']).filter(
    ({ told, kernel }) => told !== kernel,
  );
  assert.deepEqual(apart, []);
});

/** A file with a few bytes changed by a seed; `shown` are its first bytes where both differ. */
interface Damaged {
  readonly told: string;
  readonly kernel: string;
  readonly shown: string | null;
}

function runPairs(): readonly Pair[] {
  return runChild('agreement.child.ts', []);
}

function runChild<T>(file: string, options: readonly string[]): readonly T[] {
  const child = fileURLToPath(new URL(file, import.meta.url));
  const script =
    'mount -t tmpfs tmpfs /mnt && mkdir /mnt/noexec && mount -t tmpfs -o noexec tmpfs /mnt/noexec && exec "$@"';
  const node = [process.execPath, '--no-warnings', child, ...options];
  const [command, args] = inPrivateInstance('sh', '-c', script, 'sh', ...node);
  const stdout = execFileSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .trim()
    .split('\n')
    .map((line): T => JSON.parse(line));
}

/** One row for each state, as docs/explain.md has it. */
function tableOf(pairs: readonly Pair[]): readonly string[] {
  const states = [...new Set(pairs.map(({ state }) => state))];
  const words = [...new Set(pairs.map(({ kernel }) => kernel))].sort();
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const count = (of: readonly Pair[], word: string): number =>
    of.filter(({ kernel }) => kernel === word).length;
  return [
    row(['state', 'pairs', 'agree', ...words]),
    row(['---', ...['', '', ...words].map(() => '---:')]),
    ...states.map((state) => {
      const own = pairs.filter((pair) => pair.state === state);
      const agree = own.filter(({ told, kernel }) => told === kernel).length;
      return row([state, own.length, agree, ...words.map((word) => count(own, word))]);
    }),
    row([
      'all',
      pairs.length,
      pairs.filter(({ told, kernel }) => told === kernel).length,
      ...words.map((word) => count(pairs, word)),
    ]),
  ];
}
