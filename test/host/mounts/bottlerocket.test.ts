import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';

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
    grep -c keeper /proc/self/mountinfo || :`);
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
