import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';
import { requireStrace } from '../../strace.ts';

const child = fileURLToPath(new URL('flush.child.ts', import.meta.url));
const main = '/proc/sys/fs/binfmt_misc';
const powerless = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];

for (const [called, prefix] of [
  ['with all capabilities', []],
  ['without any, as the unit has it', powerless],
] as const) {
  test(`after a flush the kernel sees nothing but lines from the second on, ${called}`, (t) => {
    const calls = traced(t, prefix, '30');
    if (calls === null) return;
    const lines = calls.flatMap((call, at) => (isLine(call) ? [at] : []));
    assert.equal(lines.length, 30, calls.join('\n'));
    const [first = 0, second = 0] = lines;
    const last = lines.at(-1) ?? 0;
    assert.equal(last - second, 28, calls.slice(second, last).join('\n'));
    // That the entry is gone is seen at its descriptor; then `register` is opened.
    assert.ok(first <= (prefix.length === 0 ? 2 : 1), calls.slice(0, first + 1).join('\n'));
    assert.ok(second - first <= 2, calls.slice(first, second + 1).join('\n'));
    const opens = calls.filter((call) => /^openat\(.*register", O_WRONLY/.test(call));
    assert.equal(opens.length, prefix.length === 0 ? 1 : 0, opens.join('\n'));
  });
}

test('a name that somebody took since the flush is met by the kernel, and all others are written around it', (t) => {
  const calls = traced(t, [], '10', 'keeper-p2');
  if (calls === null) return;
  const refused = calls.filter((call) => isLine(call) && call.includes('EEXIST'));
  assert.equal(refused.length, 1, calls.join('\n'));
});

/** The calls on files and descriptors that one heal made. */
function traced(t: TestContext, prefix: readonly string[], ...args: readonly string[]): string[] | null {
  if (!requireKernel(t) || !requireStrace(t)) return null;
  const dir = mkdtempSync(join(tmpdir(), 'keeper-test-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const log = join(dir, 'strace.log');
  const strace = ['strace', '-q', '-s', '40', '-o', log, '-e', 'trace=%file,%desc', '-e', 'signal=none'];
  const program = [process.execPath, '--no-warnings', child, main, ...args];
  const [command, line] = inPrivateInstance(...prefix, ...strace, ...program);
  const { status, stdout, stderr } = spawnSync(command, line, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { healed: Number(args[0]), wrong: [] });
  const all = readFileSync(log, 'utf8').split('\n');
  const at = (mark: string): number => all.findIndex((call) => call.includes(`"/${mark}"`));
  // Memory is mapped when the collector wants it.
  return all.slice(at('flush-begins') + 1, at('flush-ends')).filter((call) => !/^m(un)?map\(/.test(call));
}

function isLine(call: string): boolean {
  return /^write\(\d+, ":keeper-p/.test(call);
}
