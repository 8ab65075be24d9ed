import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs a command in a root directory as in a machine of its own: user, mount, pid and IPC namespaces of its own, with ids
 * 0 to 65535 mapped one to one, so that root there is not root here and has a binfmt_misc instance of its own. The root
 * is pivoted into: in a chroot the kernel makes no user namespaces. Returns the exit status.
 */
export async function enter(
  root: string,
  uid: number,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  log: number,
): Promise<number | null> {
  const child = spawn('unshare', ['--user', 'sh', '-c', waitForIds, 'sh', root, String(uid), ...command], {
    stdio: ['pipe', log, log],
    env,
  });
  const ended = once(child, 'close');
  const own = readlinkSync('/proc/self/ns/user');
  while (readlinkSync(`/proc/${child.pid}/ns/user`) === own) await sleep(5);
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${map}`, '0 0 65536\n');
  child.stdin?.end('go\n');
  const [status] = await ended;
  return status;
}

const inside = `
set -e
root=$1 uid=$2
shift 2
mount --rbind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
for directory in run tmp; do mount -t tmpfs -o mode=1777 tmpfs $directory; done
mkdir run/outside
pivot_root . run/outside
cd /
umount -l /run/outside
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
`;

/** Nobody may do anything before the ids are mapped, which only a process outside can do. */
const waitForIds = `
read -r go
exec setpriv --reuid 0 --regid 0 --clear-groups \\
  unshare --mount --pid --ipc --fork --kill-child --propagation private sh -c '${inside}' sh "$@"
`;
