import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { usualPlaces } from '../../../src/host/probe/executable-place.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';

const program = fileURLToPath(new URL('executable-place.child.ts', import.meta.url));
const places = `find() { '${process.execPath}' --no-warnings '${program}' "$@"; }
mkdir /mnt/noexec /mnt/ro /mnt/fine
mount -t tmpfs -o noexec tmpfs /mnt/noexec
mount -t tmpfs -o ro tmpfs /mnt/ro
`;

describe('a place in which probes can be executed', () => {
  it('is the first directory that allows it, and nothing is left there', async (t) => {
    if (!requireKernel(t)) return;
    const found = await inNamespace(`${places}
find /mnt/noexec /mnt/ro /mnt/absent /mnt/fine
test -z "$(ls -A /mnt/noexec /mnt/fine | grep -v : | grep .)"
echo true`);
    assert.deepEqual(found, [{ place: '/mnt/fine', made: true }, true]);
  });

  it('is memory where no directory does', async (t) => {
    if (!requireKernel(t)) return;
    assert.deepEqual(await inNamespace(`${places}find /mnt/noexec /mnt/ro`), [
      { place: 'memory', made: true },
    ]);
  });

  it('is nowhere without that, and why is said of each', async (t) => {
    if (!requireKernel(t)) return;
    const [found] = await inNamespace(`${places}BINFMT_KEEPER_NO_FFI=1 find /mnt/noexec /mnt/ro`);
    const { why } = found as { why: readonly string[] };
    assert.equal(why.length, 3);
    assert.equal(why[0], '/mnt/noexec: /mnt/noexec is mounted noexec');
    assert.match(why[1] ?? '', /^\/mnt\/ro: EROFS/);
    assert.equal(why[2], 'memory: there is no FFI');
  });

  it('is looked for in TMPDIR first, where that is a path', () => {
    assert.deepEqual(usualPlaces({ TMPDIR: '/scratch' }), ['/scratch', '/tmp', '/dev/shm']);
    assert.deepEqual(usualPlaces({ TMPDIR: 'relative' }), ['/tmp', '/dev/shm']);
    assert.deepEqual(usualPlaces({ TMPDIR: '/tmp' }), ['/tmp', '/dev/shm']);
  });
});
