import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** True where strace can be run; else skips the test, or fails it where REQUIRE_KERNEL=1 asks for the real thing. */
export function requireStrace(t: TestContext): boolean {
  const { status } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']);
  if (status === 0) return true;
  const reason = 'strace cannot be run, which shows what the kernel is asked';
  if (process.env.REQUIRE_KERNEL === '1') throw new Error(`REQUIRE_KERNEL=1, but ${reason}`);
  t.skip(reason);
  return false;
}
