import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLabelling, judgeLabel } from '../../../src/host/selinux/label.ts';
import { createSelinux } from '../../../src/host/selinux/selinux.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { loadLibc } from '../../../src/host/system/libc.ts';
import { scratch } from '../scratch.ts';

test('an extended attribute that was set by FFI is read again, as text of any bytes', async (t) => {
  const libc = await loadLibc();
  assert.ok(libc);
  const file = join(scratch(), 'grüße');
  writeFileSync(file, '');
  assert.equal(libc.attribute(file, 'user.keeper'), null);
  const set = libc.setAttribute(file, 'user.keeper', 'a:b:c:s0');
  if (!set.ok && set.code === 'ENOTSUP') return t.skip('no extended attributes here');
  assert.deepEqual(set, { ok: true });
  assert.equal(libc.attribute(file, 'user.keeper'), 'a:b:c:s0');
  assert.equal(libc.setAttribute(`${file}/x`, 'user.keeper', '').ok, false);
});

// With SELinux this is proved in a machine that has it: test/vm.
const without = existsSync('/sys/fs/selinux/enforce') ? 'this host has SELinux' : false;

test('without SELinux there is nothing to label, and no label keeps anybody out', {
  skip: without,
}, async () => {
  const selinux = createSelinux(null);
  assert.equal(selinux.present, false);
  for (const setting of ['auto', 'system_u:object_r:container_ro_file_t:s0']) {
    assert.equal(createLabelling(setting, selinux, null), null);
    assert.equal((await judgeLabel('/nonexistent', selinux, setting)).verdict, 'may');
  }
});

test('without SELinux a store with a label deploys as one without', { skip: without }, async () => {
  const source = join(scratch(), 'qemu-arm-static');
  writeFileSync(source, 'x', { mode: 0o755 });
  const labels = ['auto', 'system_u:object_r:nonsense_t:s0:c1'];
  const results = await Promise.all(
    labels.map((label) => createStore(scratch(), label).deploy(source, 'qemu-arm')),
  );
  for (const result of results) {
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(statSync(result.path).mode & 0o7777, 0o755);
  }
});
