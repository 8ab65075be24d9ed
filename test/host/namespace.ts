import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { awayFromHost } from '../away.ts';

const child = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Runs a shell script as root of a private user and mount namespace, and returns the lines of JSON that it printed.
 * `call MODULE FUNCTION ARGUMENTS [METHOD ARGUMENTS]` calls into src/host there; `hang DIR` mounts a file system that
 * never answers.
 */
export async function inNamespace(script: string): Promise<unknown[]> {
  const node = `'${process.execPath}' --no-warnings`;
  const prelude = `set -e
call() { ${node} '${child('call.child.ts')}' "$@"; }
hang() { mkdir -p "$1"; mkfifo "$1.up"; ${node} '${child('hung-fuse.child.ts')}' "$1" >"$1.up" & HUNG=$!
  read -r up <"$1.up"; trap 'kill $HUNG' EXIT; }
mount -t tmpfs -o mode=755 tmpfs /mnt
`;
  const args = [
    ...awayFromHost(),
    'unshare',
    '-Urm',
    '--propagation',
    'private',
    'sh',
    '-c',
    prelude + script,
  ];
  const { stdout } = await promisify(execFile)('env', args, { timeout: 60_000 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

/** True where `hang` can be used; else skips the test. */
export function requireFuse(t: TestContext): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    t.skip('/dev/fuse is missing or not for us');
    return false;
  }
}
