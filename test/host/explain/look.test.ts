import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireKernel } from '../../kernel.ts';
import { inNamespace, requireFuse } from '../namespace.ts';

const native = { machine: 62, class: 64, data: 'little', sibling: null };
const eyes = JSON.stringify({ root: '/', cwd: '/', native });
const inRoot = JSON.stringify({ root: '/mnt/root', cwd: '/', native });

test('a file on a file system that does not answer is not waited for', async (t) => {
  if (!requireKernel(t) || !requireFuse(t)) return;
  const [found] = await inNamespace(`hang /mnt/hung
    call explain/look lookAt '["/mnt/hung/app", ${eyes}]'`);
  assert.equal((found as { kind: string }).kind, 'unseen');
});

test('symlinks of a root stay in it, and what is no regular file there is not opened', async (t) => {
  if (!requireKernel(t)) return;
  const [outside, inside, fifo, list] = await inNamespace(`mkdir -p /mnt/root/bin /mnt/root/etc
    printf 'x' >/mnt/root/etc/passwd; chmod 755 /mnt/root/etc/passwd
    ln -s /bin/sh /mnt/root/outside; ln -s ../../../../etc/passwd /mnt/root/inside
    mkfifo /mnt/root/etc/ld.so.conf; ln -s / /mnt/root/all
    call explain/look lookAt '["/outside", ${inRoot}]'
    call explain/look lookAt '["/inside", ${inRoot}]'
    call explain/look readTextAt '["/etc/ld.so.conf", "/mnt/root"]'
    call explain/look listAt '["/all", "/mnt/root"]'`);
  assert.equal((outside as { kind: string }).kind, 'none');
  assert.equal((inside as { at: string }).at, '/mnt/root/etc/passwd');
  assert.equal(fifo, '');
  assert.deepEqual((list as string[]).toSorted(), ['all', 'bin', 'etc', 'inside', 'outside']);
});
