import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Report } from '../../../src/core/report/report.ts';
import { initialPid } from '../../../src/host/mounts/namespaces.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';

const main = join(import.meta.dirname, '../../../src/main.ts');

const inHostPids = readlinkSync('/proc/self/ns/pid') === initialPid;
const elsewhere = 'where process 1 is not that of the host, nothing is taken from it';

test('a command that only looks takes nothing from the host under the name that it has there', (t) => {
  if (!requireKernel(t)) return;
  if (!inHostPids) return t.skip(elsewhere);
  const dir = places(t);
  // Store and probes are made by who changes something. The tmpfs stands for the container's own files, which have nothing of that name.
  const script = `set -e; ${container(dir)}
    see() { grep -c ' ${dir}/on-host/store ' /proc/self/mountinfo || :; ls ${dir}/on-host | wc -l; }
    for command in status probe health pause resume; do
      '${process.execPath}' --no-warnings '${main}' $command >/dev/null 2>&1 || :; see
    done
    '${process.execPath}' --no-warnings '${main}' uninstall >/dev/null 2>&1 || :; see`;
  const [command, args] = inPrivateInstance('sh', '-c', script);
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout.trim().split(/\s+/).map(Number), [...Array(10).fill(0), 1, 2]);
});

test('what was installed under that name is told as ours and in order by the next container, which only looks', (t) => {
  if (!requireKernel(t)) return;
  if (!inHostPids) return t.skip(elsewhere);
  const dir = places(t);
  const one = (command: string) =>
    `unshare -m sh -ec '${container(dir)} exec "${process.execPath}" --no-warnings "${main}" ${command} linux/arm64 -o json'`;
  const script = `${one('install')} >${dir}/installed || :; cat /proc/sys/fs/binfmt_misc/keeper-aarch64 >&2; ${one('status')} || :`;
  const [command, args] = inPrivateInstance('sh', '-c', script);
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 });
  assert.match(stderr, new RegExp(`^interpreter ${dir}/on-host/store/`, 'm'));
  const { handlers } = JSON.parse(stdout) as Report;
  const told = handlers.find((one) => one.key === 'aarch64');
  assert.deepEqual([told?.state, told?.owner], ['ok', 'keeper'], stdout);
});

function places(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'keeper-looks-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of ['on-host', 'volume', 'run']) mkdirSync(join(dir, name));
  return dir;
}

/** Goes into a container whose volume the host has under another name. */
function container(dir: string): string {
  return `cd /; mount --bind ${dir}/on-host ${dir}/volume; mount -t tmpfs image ${dir}/on-host
    export BINFMT_KEEPER_INTERPRETERS_STORE=${dir}/volume/store BINFMT_KEEPER_MOUNTS_ANCHOR=${dir}/run/binfmt_misc;`;
}
