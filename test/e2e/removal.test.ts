import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../kernel.ts';
import { targets } from './foreign.ts';
import { keeper } from './world.ts';

const [target] = targets;
const script = fileURLToPath(new URL('../../systemd/install.sh', import.meta.url));

describe('install.sh --remove', () => {
  test('takes away entries and anchor, and leaves the main mount as it was', (t) => {
    const { said, after } = remove(
      t,
      `mount -t binfmt_misc b $main; keeper install --persist ${target} >&2 || true`,
    );
    assert.match(after, /^mounts: \/proc\/sys\/fs\/binfmt_misc $/m, said);
    assert.match(after, /^entries: register status $/m, said);
    assert.match(after, /^run: $/m);
  });

  test('leaves no mount behind where there was none', (t) => {
    const { said, after } = remove(t, ':');
    assert.match(after, /^mounts: $/m, said);
    assert.match(after, /^run: $/m);
  });

  test('touches nothing of a keeper that runs, in a run directory that is ours', (t) => {
    const { said, after } = remove(
      t,
      `keeper run --platforms ${target} 2>/dev/null & until keeper health >&2; do sleep 0.1; done`,
    );
    assert.match(after, /^mounts: .*\/run\/binfmt-keeper\/binfmt_misc /m, said);
    assert.match(after, new RegExp(`^entries: keeper-${target} register status $`, 'm'));
    assert.match(said, /another keeper/);
  });

  test('nor of one whose run directory is another', (t) => {
    const elsewhere = 'BINFMT_KEEPER_MOUNTS_ANCHOR=/mnt/run/binfmt_misc';
    const { said, after } = remove(
      t,
      `mount -t binfmt_misc b $main; ${elsewhere} keeper run --platforms ${target} 2>/dev/null & until ${elsewhere} keeper health >&2; do sleep 0.1; done`,
    );
    assert.match(after, new RegExp(`^entries: keeper-${target} register status $`, 'm'), said);
    assert.match(after, /^mounts: .*\/mnt\/run\/binfmt_misc /m);
    assert.match(said, /another keeper/i);
  });

  test('touches nothing of the host from within a chroot', (t) => {
    const { said, after } = remove(
      t,
      `mount -t binfmt_misc b $main; keeper install --persist ${target} >&2 || true
mkdir /mnt/root
for each in /*; do
  if [ -L $each ]; then cp -P $each /mnt/root; elif [ -d $each ] && [ $each != /mnt ]; then mkdir /mnt/root$each; mount --rbind $each /mnt/root$each; fi
done
enter='unshare -R /mnt/root'`,
    );
    assert.match(after, new RegExp(`^entries: keeper-${target} register status $`, 'm'), said);
    assert.match(after, /^mounts: .*\/run\/binfmt-keeper\/binfmt_misc /m);
    assert.match(after, /^run: binfmt_misc/m);
  });
});

/** What is left of a host, on which `before` was done, when the keeper has been removed. */
function remove(t: TestContext, before: string): { readonly said: string; readonly after: string } {
  if (!requireKernel(t)) return { said: '', after: '' };
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-removal-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const inside = `set -e
main=/proc/sys/fs/binfmt_misc enter=
for each in /run /mnt /usr/local; do mount -t tmpfs -o mode=755 none $each; done
mkdir -p /usr/local/sbin
printf '#!/bin/sh\nexec "%s" --no-warnings "%s" "$@"\n' "$NODE" "$KEEPER" >/usr/local/sbin/binfmt-keeper
chmod +x /usr/local/sbin/binfmt-keeper
keeper() { /usr/local/sbin/binfmt-keeper "$@"; }
${before}
$enter sh "$SCRIPT" --remove >&2
echo "mounts: $(grep ' - binfmt_misc ' /proc/self/mountinfo | cut -d' ' -f5 | grep -v ^/mnt/root | sort | tr '\n' ' ')"
mount -t binfmt_misc b $main 2>/dev/null || true
echo "entries: $(ls $main | tr '\n' ' ')"
echo "run: $(ls /run/binfmt-keeper 2>/dev/null | tr '\n' ' ')"`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['-Urmpf', '--kill-child', '--mount-proc', '--propagation', 'private', 'sh', '-c', inside],
    {
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        ...process.env,
        ...{ NODE: process.execPath, KEEPER: keeper, SCRIPT: script },
        BINFMT_KEEPER_SANDBOX: '1',
        BINFMT_KEEPER_INTERPRETERS_STORE: join(dir, 'store'),
        BINFMT_KEEPER_HTTP_LISTEN: 'off',
      },
    },
  );
  assert.equal(status, 0, stderr);
  return { said: stderr, after: stdout };
}
