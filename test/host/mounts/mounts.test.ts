import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MountView } from '../../../src/host/mounts/mounts.ts';
import { observeMounts } from '../../../src/host/mounts/mounts.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace, requireFuse } from '../namespace.ts';

const main = '/proc/sys/fs/binfmt_misc';
const anchor = '/mnt/run/keeper/binfmt_misc';
const look = `call mounts/mounts observeMounts '[{"main": "${main}", "anchor": "${anchor}"}]'`;
const verb = (name: string, path: string): string => `call mounts/mounts ${name} '["${path}"]'`;
const code = (outcome: unknown): string => (outcome as { code: string }).code;
const views = async (script: string): Promise<MountView[]> => (await inNamespace(script)) as MountView[];
/** Whatever the machine has mounted there is of another user namespace. */
const bare = `umount -l ${main} 2>/dev/null || :\n`;
const ok = { ok: true };

test('a path where nothing was ever mounted is absent', async () => {
  const view = await observeMounts({ main: '/nonexistent/main', anchor: '/nonexistent/anchor' });
  assert.deepEqual(view, { main: { kind: 'absent' }, anchor: { kind: 'absent' } });
});

test('main and anchor mount one instance, and the anchor can be taken away again', async (t) => {
  if (!requireKernel(t)) return;
  const [before, mounted, anchored, both, again, unmounted, after] = await inNamespace(`${bare}${look}
    ${verb('mountMain', main)}
    ${verb('mountAnchor', anchor)}
    ${look}
    ${verb('mountAnchor', anchor)}
    ${verb('unmount', anchor)}
    ${look}`);
  assert.deepEqual((before as MountView).anchor, { kind: 'absent' });
  assert.deepEqual([mounted, anchored, unmounted], [ok, ok, ok]);
  const view = both as MountView;
  assert.ok(view.main.kind === 'binfmt' && view.anchor.kind === 'binfmt');
  assert.equal(view.main.device, view.anchor.device);
  assert.deepEqual(
    { ...view.main, device: '' },
    {
      kind: 'binfmt',
      readOnly: false,
      shared: false,
      covered: false,
      device: '',
    },
  );
  assert.equal(code(again), 'EBUSY');
  assert.equal((after as MountView).anchor.kind, 'absent');
});

test('a read-only superblock shows at both mounts and is made writable again', async (t) => {
  if (!requireKernel(t)) return;
  const seen = await inNamespace(`${bare}mkdir -p ${anchor}
    mount -t binfmt_misc b ${main}; mount -t binfmt_misc b ${anchor}
    mount -o remount,ro ${main}
    ${look}
    ${verb('remountWritable', main)}
    ${look}
    printf 1 >${anchor}/status && echo '"written"'`);
  const [locked, outcome, free, written] = seen as [MountView, unknown, MountView, unknown];
  assert.ok(locked.main.kind === 'binfmt' && locked.main.readOnly);
  assert.ok(locked.anchor.kind === 'binfmt' && locked.anchor.readOnly);
  assert.deepEqual(outcome, ok);
  assert.ok(free.main.kind === 'binfmt' && !free.main.readOnly);
  assert.equal(written, 'written');
});

test('a bind mount that alone is read-only is made writable again', async (t) => {
  if (!requireKernel(t)) return;
  const seen = await inNamespace(`${bare}mkdir -p ${anchor}
    mount -t binfmt_misc b ${main}; mount --bind ${main} ${anchor}; mount -o remount,bind,ro ${anchor}
    ${look}
    ${verb('remountWritable', anchor)}
    ${look}`);
  const [locked, outcome, free] = seen as [MountView, unknown, MountView];
  assert.ok(locked.anchor.kind === 'binfmt' && locked.anchor.readOnly);
  assert.ok(locked.main.kind === 'binfmt' && !locked.main.readOnly);
  assert.deepEqual(outcome, ok);
  assert.ok(free.anchor.kind === 'binfmt' && !free.anchor.readOnly);
});

test('something mounted over a mount of binfmt_misc is told from something that is there alone', async (t) => {
  if (!requireKernel(t)) return;
  const [view] = await views(`${bare}mkdir -p ${anchor}
    mount -t binfmt_misc b ${main}; mount -t tmpfs t ${main}; mount -t tmpfs t ${anchor}
    ${look}`);
  assert.deepEqual(view?.main, { kind: 'covered', by: 'tmpfs', beneath: true });
  assert.deepEqual(view?.anchor, { kind: 'covered', by: 'tmpfs', beneath: false });
});

test('an anchor hidden by a mount over its parent directory still counts as there, but covered', async (t) => {
  if (!requireKernel(t)) return;
  const [view] = await views(`mkdir -p ${anchor}; mount -t binfmt_misc b ${anchor}; mount -t tmpfs t /mnt/run
    ${look}`);
  assert.ok(view?.anchor.kind === 'binfmt' && view.anchor.covered);
});

test('a shared mount is seen as shared, names with blanks and bytes beyond ASCII are found', async (t) => {
  if (!requireKernel(t)) return;
  const [view] =
    await views(`mkdir '/mnt/ä b'; mount -t binfmt_misc b '/mnt/ä b'; mount --make-shared '/mnt/ä b'
    call mounts/mounts observeMounts '[{"main": "/mnt/ä b/", "anchor": "/mnt/none"}]'`);
  assert.ok(view?.main.kind === 'binfmt' && view.main.shared);
});

test('what cannot be mounted or unmounted is told by its errno', async (t) => {
  if (!requireKernel(t)) return;
  const outcomes = await inNamespace(`touch /mnt/file; mkdir -p ${anchor}
    ${verb('mountMain', '/mnt/none')}
    ${verb('unmount', anchor)}
    ${verb('triggerAutofs', '/mnt/none')}
    ${verb('mountAnchor', '/mnt/file/x')}
    mount -t binfmt_misc b ${anchor}; cd ${anchor}
    ${verb('unmount', anchor)}`);
  assert.deepEqual(outcomes.map(code), ['ENOENT', 'EINVAL', 'ENOENT', 'ENOTDIR', 'EBUSY']);
});

test('without the mount program the outcome says so', async (t) => {
  if (!requireKernel(t)) return;
  const [outcome] = await inNamespace(`mkdir /mnt/x; PATH=/nonexistent; ${verb('mountMain', '/mnt/x')}`);
  assert.equal(code(outcome), 'ENOTOOL');
});

test('a path that never answers costs the time limit and no more', async (t) => {
  if (!requireKernel(t)) return;
  if (!requireFuse(t)) return;
  const [outcome] = await inNamespace(`hang /mnt/hung\n${verb('triggerAutofs', '/mnt/hung/x')}`);
  assert.equal(code(outcome), 'ETIMEDOUT');
});
