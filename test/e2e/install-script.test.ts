import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../kernel.ts';

const units = fileURLToPath(new URL('../../systemd', import.meta.url));
const calls = ['systemctl daemon-reload', 'systemctl try-restart binfmt-keeper.service'];

describe('install.sh', () => {
  test('restarts a service that runs, since its parts are of the version before', (t) => {
    assert.deepEqual(install(t, 'mkdir -p /run/systemd/system') ?? calls, calls);
  });

  test('asks nobody to restart anything where systemd does not run, or a package is built', (t) => {
    assert.deepEqual(install(t, ':') ?? [], []);
    assert.deepEqual(install(t, 'mkdir -p /run/systemd/system; export DESTDIR=/mnt/package') ?? [], []);
  });
});

/** What it calls of systemd on a host where `before` was done; null where there can be no such host. */
function install(t: TestContext, before: string): readonly string[] | null {
  if (!requireKernel(t)) return null;
  const inside = `set -e
for each in /run /mnt /usr/local; do mount -t tmpfs -o mode=755 none $each; done
mkdir /mnt/bin /mnt/release; cd /mnt/release
mkdir -p libexec/binfmt-keeper sbin share/man/man8 share/man/man5 share/bash-completion/completions share/doc/binfmt-keeper
cp -r "$UNITS" systemd
for file in libexec/binfmt-keeper/node sbin/binfmt-keeper share/man/man8/binfmt-keeper.8 share/man/man5/binfmt-keeper.yaml.5 \
  share/bash-completion/completions/binfmt-keeper share/doc/binfmt-keeper/README.md; do echo >$file; done
chmod +x libexec/binfmt-keeper/node
printf '#!/bin/sh\\necho "systemctl $*" >>/mnt/said\\n' >/mnt/bin/systemctl
chmod +x /mnt/bin/systemctl
${before}
PATH=/mnt/bin:/usr/bin:/bin sh systemd/install.sh >&2
touch /mnt/said; cat /mnt/said`;
  const line = ['-Urmpf', '--mount-proc', '--propagation', 'private', 'sh', '-c', inside];
  const env = { ...process.env, UNITS: units };
  const { status, stdout, stderr } = spawnSync('unshare', line, { encoding: 'utf8', timeout: 60_000, env });
  assert.equal(status, 0, stderr);
  return stdout.split('\n').filter((one) => one !== '');
}
