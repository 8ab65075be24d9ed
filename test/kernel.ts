import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

const mountPoint = '/proc/sys/fs/binfmt_misc';

/**
 * The command line that runs COMMAND… as root of a private user and mount namespace with its own, empty
 * instance.
 */
export function inPrivateInstance(...command: readonly string[]): [string, string[]] {
  const script = `mount -t binfmt_misc binfmt_misc ${mountPoint} && exec "$@"`;
  return ['unshare', ['-Urm', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command]];
}

/**
 * Whether this machine offers private instances (Linux 6.7, unprivileged user namespaces), and if not, why.
 */
const inNamespace: { readonly available: boolean; readonly reason: string } = tryOut();

/**
 * True where a private instance can be had; else skips the test, or fails it where REQUIRE_KERNEL=1 asks for
 * one.
 */
export function requireKernel(t: TestContext): boolean {
  if (inNamespace.available) return true;
  if (process.env.REQUIRE_KERNEL === '1') throw new Error(`REQUIRE_KERNEL=1, but ${inNamespace.reason}`);
  t.skip(inNamespace.reason);
  return false;
}

function tryOut(): { available: boolean; reason: string } {
  const [command, args] = inPrivateInstance('test', '-e', `${mountPoint}/register`);
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return { available: true, reason: '' };
  return { available: false, reason: `no private binfmt_misc instance: ${error?.message ?? stderr.trim()}` };
}
