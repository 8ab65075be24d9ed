import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';

const node = `'${process.execPath}' --no-warnings '${fileURLToPath(new URL('../call.child.ts', import.meta.url))}'`;
/** What a host container sees: files of its own, and the host's root, of which only /mnt sends mounts to the host. */
const container = `mkdir -p /mnt/root/var/lib /mnt/root/mnt
  mount --bind /mnt/root /mnt/root; mount -t tmpfs host-mnt /mnt/root/mnt; mount --make-shared /mnt/root/mnt
  mount -t tmpfs own /var; mount -t tmpfs own /run\n`;
const places = (own = '["/var", "/run"]'): string =>
  `call mounts/bottlerocket useHostPlaces '[{"store": "/var/keeper/store", "run": "/run/keeper"}, {"root": "/mnt/root", "own": ${own}}]'\n`;

test("a host container's store and run directory are those of the host", async (t) => {
  if (!requireKernel(t)) return;
  const [first, again, written, anchors] = await inNamespace(`${container}${places()}${places()}
    echo 7 >/mnt/root/var/keeper/store/seen; cat /var/keeper/store/seen
    mkdir -p /run/keeper/anchor; mount -t tmpfs anchor /run/keeper/anchor
    grep -c ' /mnt/root/mnt/keeper/anchor ' /proc/self/mountinfo`);
  assert.deepEqual([first, again, written], [[], [], 7]);
  assert.equal(anchors, 1, 'the anchor does not reach the host');
});

test('volumes are left as they are, and elsewhere nothing is done', async (t) => {
  if (!requireKernel(t)) return;
  const seen = await inNamespace(`${container}
    mkdir -p /var/keeper/store /run/keeper
    mount -t tmpfs volume /var/keeper/store; mount -t tmpfs volume /run/keeper
    ${places()}
    ls /mnt/root/mnt | wc -l
    umount /var/keeper/store /run/keeper /mnt/root/mnt /mnt/root
    ${places()}
    cut -d' ' -f5 /proc/self/mountinfo | grep -cE '^/(mnt/root|var|run)(/.*)?/keeper(/|$)' || :`);
  assert.deepEqual(seen, [[], 0, [], 0]);
});

test('what cannot be bound is said, and the rest is done', async (t) => {
  if (!requireKernel(t)) return;
  const [faults, bound] = await inNamespace(`${container}
    mount -t tmpfs -o ro full /mnt/root/var
    ${places()}
    grep -c ' /run/keeper ' /proc/self/mountinfo`);
  assert.equal(bound, 1);
  assert.match((faults as string[]).join(), /^make \/mnt\/root\/var\/keeper\/store and .*: EROFS/);
});

test('a directory that a killed command left between making and binding is bound by the next one', async (t) => {
  if (!requireKernel(t)) return;
  const [faults, bound] = await inNamespace(`${container}
    mkdir -p /var/keeper/store /run/keeper /mnt/root/var/keeper/store /mnt/root/mnt/keeper
    ${places()}
    grep -c -e ' /var/keeper/store ' -e ' /run/keeper ' /proc/self/mountinfo`);
  assert.deepEqual([faults, bound], [[], 2]);
});

test('a bind that is not permitted (EPERM), or for which the host has no room (ENOSPC), is said of each place', async (t) => {
  if (!requireKernel(t)) return;
  const refused = await inNamespace(`${container}
    call() { setpriv --bounding-set -sys_admin --inh-caps -sys_admin ${node} "$@"; }
    ${places()}`);
  assertFaults(refused[0], 2, /^bind \/mnt\/root.* to .*EPERM/);
  const inodes = await inNamespace(`${container}
    mount -t tmpfs -o nr_inodes=1 full /mnt/root/var; mount -t tmpfs -o nr_inodes=1 full /mnt/root/mnt
    ${places()}`);
  assertFaults(inodes[0], 2, /^make .*ENOSPC/);
  // Each bind copies all mounts of the other place: fs.mount-max (100,000) is soon reached.
  const mounts = await inNamespace(`${container}
    mkdir -p /mnt/root/var/keeper/store/x
    mount -t tmpfs x /mnt/root/var/keeper/store/x
    while mkdir -p /mnt/root/var/keeper/store/x/$((n += 1)) &&
      mount --rbind /mnt/root/var/keeper/store/x /mnt/root/var/keeper/store/x/$n 2>/dev/null; do :; done
    ${places()}`);
  assert.match(String((mounts[0] as string[])[0]), /^bind \/mnt\/root\/var\/keeper\/store to .*ENOSPC/);
});

test('who only looks finds the places where they are in sight, and neither makes nor mounts anything', async (t) => {
  if (!requireKernel(t)) return;
  const look = `call mounts/bottlerocket hostPlaces '[{"store": "/var/keeper/store", "run": "/run/keeper"}, {"root": "/mnt/root", "own": ["/var", "/run"]}]'\n`;
  const there = { store: '/mnt/root/var/keeper/store', run: '/mnt/root/mnt/keeper' };
  const here = { store: '/var/keeper/store', run: '/run/keeper' };
  const [seen, made, , taken] = await inNamespace(`${container}
    ${look}
    ls /var /run /mnt/root/var/lib /mnt/root/mnt | grep -c keeper || :
    ${places()}
    ${look}`);
  assert.deepEqual([seen, made, taken], [there, 0, here]);
});

function assertFaults(found: unknown, count: number, form: RegExp): void {
  const faults = found as string[];
  assert.equal(faults.length, count, faults.join());
  for (const fault of faults) assert.match(fault, form);
}
