import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** Somebody else in the namespaces that `withUsers` makes; the first id that Debian gives to a person. */
export const stranger = 1000;

/**
 * The command line that runs COMMAND… as root of a private user and mount namespace in which other ids are really other
 * users: as root each id stands for itself, otherwise those of /etc/subuid do for 1 and up. Nothing is mounted yet.
 */
export function withUsers(...command: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0)
    return ['unshare', ['-Urm', '--map-auto', '--propagation', 'private', ...command]];
  return ['sh', ['-c', identityMapped, 'sh', ...command]];
}

/** Words that run a program as `stranger`, with no rights left. */
export const asStranger: readonly string[] = [
  'setpriv',
  `--reuid=${stranger}`,
  `--regid=${stranger}`,
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

/** True where such namespaces can be had; else skips the test, or fails it where REQUIRE_KERNEL=1 asks for one. */
export function requireUsers(t: TestContext): boolean {
  const [command, args] = withUsers(...asStranger, 'id', '-u');
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0 && stdout.trim() === String(stranger)) return true;
  const reason = `no namespace with other users (root, or ranges in /etc/subuid): ${error?.message ?? stderr.trim()}`;
  if (process.env.REQUIRE_KERNEL === '1') throw new Error(`REQUIRE_KERNEL=1, but ${reason}`);
  t.skip(reason);
  return false;
}

/**
 * unshare(1) asks newuidmap, which knows no ranges of root's. The first shell has no capability, as it was started
 * before there was a uid 0; whatever it executes then has all.
 */
const identityMapped = `go=$(mktemp -u) && mkfifo "$go" || exit 1
trap 'rm -f "$go"' EXIT
unshare -Um --propagation private sh -c 'read go <"$0"; exec "$@"' "$go" "$@" & child=$!
for sign in TERM INT HUP; do trap "kill -s $sign $child" $sign; done
own=$(readlink /proc/self/ns/user)
while [ "$(readlink /proc/$child/ns/user)" = "$own" ]; do sleep 0.01; done
for map in uid_map gid_map; do echo '0 0 65536' >/proc/$child/$map || exit 1; done
echo >"$go"
wait $child
`;
