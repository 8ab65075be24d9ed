import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeAtomic } from '../../../src/host/files/atomic-file.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';
import { scratch } from '../scratch.ts';

test('content and mode are those asked for, whatever the umask', async () => {
  const dir = scratch();
  const umask = process.umask(0o077);
  const outcome = await writeAtomic(join(dir, 'f'), 'text', 0o644, { fsync: true });
  process.umask(umask);
  assert.deepEqual(outcome, { ok: true });
  assert.equal(readFileSync(join(dir, 'f'), 'utf8'), 'text');
  assert.equal(statSync(join(dir, 'f')).mode & 0o7777, 0o644);
  assert.deepEqual(readdirSync(dir), ['f']);
});

test('a symlink in place of the file is replaced, what it points at stays', async () => {
  const dir = scratch();
  writeFileSync(join(dir, 'victim'), 'old');
  symlinkSync('victim', join(dir, 'f'));
  await writeAtomic(join(dir, 'f'), 'new', 0o600, { fsync: false });
  assert.equal(readFileSync(join(dir, 'victim'), 'utf8'), 'old');
  assert.equal(readFileSync(join(dir, 'f'), 'utf8'), 'new');
});

test('a failure names its errno and leaves no temporary file', async () => {
  const dir = scratch();
  mkdirSync(join(dir, 'f'));
  const overDirectory = await writeAtomic(join(dir, 'f'), 'x', 0o600, { fsync: true });
  assert.equal(!overDirectory.ok && overDirectory.code, 'EISDIR');
  assert.deepEqual(readdirSync(dir), ['f']);
  const nowhere = await writeAtomic(join(dir, 'none', 'f'), 'x', 0o600, { fsync: true });
  assert.equal(!nowhere.ok && nowhere.code, 'ENOENT');
});

test('on a full file system the old content stays', async (t) => {
  if (!requireKernel(t)) return;
  const [outcome, left] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o size=64k none /mnt/s
    echo old >/mnt/s/f; head -c 50000 /dev/zero >/mnt/s/fill
    call files/atomic-file writeAtomic "[\\"/mnt/s/f\\", \\"$(head -c 40000 /dev/zero | tr '\\0' x)\\", 384, {\\"fsync\\": true}]"
    echo "\\"$(cat /mnt/s/f) $(ls -A /mnt/s | tr '\\n' ' ')\\""`);
  assert.equal((outcome as { code: string }).code, 'ENOSPC');
  assert.equal(left, 'old f fill ');
});
