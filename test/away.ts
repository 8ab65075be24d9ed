import { readFileSync } from 'node:fs';

const place = '/proc/sys/fs/binfmt_misc';

/**
 * Words in front of `unshare` by which the namespace that it makes does not inherit the host's mount of binfmt_misc:
 * through that mount root of a user namespace writes to the host's own instance wherever root runs the tests, and
 * nobody may unmount in a namespace of fewer rights what it inherited. Without root the mount stays in sight, but
 * cannot be written to.
 */
export function awayFromHost(): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  const table = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  if (!table.some((line) => line.split(' ')[4] === place)) return [];
  return ['unshare', '-m', '--propagation', 'private', 'sh', '-c', unmounted, 'sh'];
}

const unmounted = `while umount -l ${place} 2>/dev/null; do :; done; exec "$@"`;
