import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  mountOf,
  mountsAlong,
  parseMountinfo,
  pathElsewhere,
  topMountAt,
} from '../../../src/core/kernel/mountinfo.ts';

const host = parseMountinfo(`
1 1 0:2 / / rw - rootfs rootfs rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
22 27 0:21 / /proc rw,nosuid shared:12 master:3 - proc proc rw
30 22 0:30 / /proc/sys/fs/binfmt_misc rw shared:13 - autofs systemd-1 rw,fd=29,direct
31 30 0:31 / /proc/sys/fs/binfmt_misc rw,noexec shared:14 - binfmt_misc binfmt_misc rw
40 27 0:40 / /mnt/with\\040space\\134x rw - tmpfs  rw,size=4k
41 27 0:41 /a/b /mnt rw,noexec unbindable - ext4 /dev/vdb ro
`);

test('the fields of a line are told apart, empty source and unknown tags included', () => {
  const [spaced, bound] = host.slice(-2);
  assert.deepEqual(spaced, {
    id: 40,
    parent: 27,
    device: '0:40',
    root: '/',
    mountPoint: '/mnt/with space\\x',
    options: ['rw'],
    superOptions: ['rw', 'size=4k'],
    type: 'tmpfs',
    source: '',
    propagation: {},
  });
  assert.equal(bound?.root, '/a/b');
  assert.deepEqual(bound?.superOptions, ['ro']);
  assert.deepEqual(host[2]?.propagation, { shared: 12, master: 3 });
});

test('lines that make no sense are left out', () => {
  assert.deepEqual(parseMountinfo('\nrubbish\n1 2 3 - x\nx y 0:1 / / rw - ext4 a rw\n'), []);
});

test('of mounts stacked on one point the last one is on top', () => {
  assert.equal(topMountAt(host, '/proc/sys/fs/binfmt_misc')?.type, 'binfmt_misc');
  assert.equal(topMountAt(host, '/')?.type, 'ext4');
  assert.equal(topMountAt(host, '/proc/sys'), null);
});

test('the order on one point is that of parents, not that of lines', () => {
  const lines = '5 4 0:5 / /a rw - tmpfs top rw\n4 1 0:4 / /a rw - tmpfs low rw\n1 0 0:1 / / rw - ext4 r rw';
  assert.equal(topMountAt(parseMountinfo(lines), '/a')?.source, 'top');
});

test('a path lies on the nearest mount above it, names that only begin alike do not count', () => {
  assert.equal(mountOf(host, '/mnt/other')?.id, 41);
  assert.equal(mountOf(host, '/mnt2')?.id, 27);
  assert.equal(mountOf(host, '/proc/sys/fs/binfmt_misc/status')?.id, 31);
});

test('a mount hidden by a later one over its parent directory is not found', () => {
  const covered = [...host, ...parseMountinfo('50 22 0:50 / /proc rw - tmpfs cover rw')];
  assert.equal(topMountAt(covered, '/proc/sys/fs/binfmt_misc'), null);
  assert.equal(mountOf(covered, '/proc/sys/fs/binfmt_misc')?.source, 'cover');
});

test('the root of a container, whose parent is not shown, is found', () => {
  const inside = parseMountinfo('600 500 0:60 / / rw - overlay o rw\n601 600 0:61 / /proc rw - proc p rw');
  assert.equal(mountOf(inside, '/proc/1')?.id, 601);
  assert.equal(mountOf(inside, '/etc')?.id, 600);
});

test('in a chroot below its mount only what is mounted inside is found', () => {
  const inside = parseMountinfo('601 600 0:61 / /proc rw - proc p rw');
  assert.equal(mountOf(inside, '/proc')?.id, 601);
  assert.equal(mountOf(inside, '/etc'), null);
});

test('every byte of a mount point survives the escapes of the kernel', () => {
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 47);
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 20 }), (bytes) => {
      const name = `/${String.fromCharCode(...bytes)}`;
      // seq_path escapes these four (fs/proc_namespace.c).
      const escaped = name.replace(
        /[ \t\n\\]/g,
        (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`,
      );
      assert.equal(parseMountinfo(`1 0 0:1 / ${escaped} rw - tmpfs t rw`)[0]?.mountPoint, name);
    }),
  );
});

test('any mount table ends in an answer', () => {
  const id = fc.integer({ min: 0, max: 4 });
  const line = fc
    .tuple(id, id, fc.constantFrom('/', '/a', '/a/b'))
    .map(([own, parent, point]) => `${own} ${parent} 0:1 / ${point} rw - tmpfs t rw`);
  fc.assert(
    fc.property(fc.uniqueArray(line, { selector: (text) => text[0] ?? '', maxLength: 5 }), (lines) => {
      const mounts = parseMountinfo(lines.join('\n'));
      const found = mountOf(mounts, '/a/b/c');
      assert.ok(found === null || mounts.includes(found));
    }),
  );
});

test('the mounts along a path decide where it leads as all of them do, whatever stands in the other lines', () => {
  const part = fc.constantFrom('a', 'b c', 'x\\', '\r7 0 0:9 ', '\xa0', '.*');
  const path = fc.array(part, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
  const escaped = (text: string): string =>
    text.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  const table = fc.array(fc.tuple(path, fc.nat()), { maxLength: 8 }).map((rows) => {
    const points = ['/'];
    const parents = [0];
    for (const [point, choice] of rows) {
      // Whatever it hangs on is mounted above it or at the same place.
      const above = points.flatMap((p, at) =>
        `${point}/`.startsWith(p === '/' ? p : `${p}/`) ? [at + 1] : [],
      );
      parents.push(above[choice % above.length] ?? 1);
      points.push(point);
    }
    return points.map(
      (p, at) => `${at + 1} ${parents[at]} 0:${at} ${escaped(p)} ${escaped(p)} rw - tmpfs t rw\n`,
    );
  });
  fc.assert(
    fc.property(table, path, (lines, wanted) => {
      const text = lines.join('');
      const full = mountOf(parseMountinfo(text), wanted);
      assert.deepEqual(mountOf(mountsAlong(text, [wanted, '/z']), wanted), full);
    }),
  );
});

test('the mounts along thousands of paths are those along each of them, and take no more than the table', () => {
  const text = Array.from(
    { length: 3000 },
    (_, i) => `${i + 2} 1 0:${i + 2} / /m/${i} rw - tmpfs t rw\n`,
  ).join('');
  const paths = Array.from({ length: 2000 }, (_, i) => `/m/${i}`);
  const found = mountsAlong(`1 1 0:1 / / rw - rootfs rootfs rw\n${text}`, [
    `/${'x/'.repeat(2000)}`,
    ...paths,
  ]);
  assert.deepEqual(
    found.map((mount) => mount.mountPoint),
    ['/', ...paths],
  );
});

test('what lies in a volume is found under the name that another mount table has for it', () => {
  const ours = parseMountinfo(
    [
      '100 99 0:50 / / rw - overlay overlay rw',
      '101 100 8:1 /srv/keeper /var/lib/keeper rw - ext4 /dev/sda1 rw',
      '102 100 0:60 / /run rw - tmpfs tmpfs rw',
    ].join('\n'),
  );
  const theirs = parseMountinfo(
    [
      '20 1 8:1 / / rw - ext4 /dev/sda1 rw',
      '21 20 8:1 /srv /export rw - ext4 /dev/sda1 rw',
      '22 20 0:70 / /hidden rw - tmpfs tmpfs rw',
      // The container's own root, where its engine has mounted it.
      '23 20 0:50 / /run/engine/rootfs rw - overlay overlay rw',
    ].join('\n'),
  );
  assert.equal(pathElsewhere('/var/lib/keeper/store', ours, theirs), '/srv/keeper/store');
  assert.equal(pathElsewhere('/var/lib/keeper', ours, theirs), '/srv/keeper');
  for (const own of ['/', '/etc', '/run/keeper']) assert.equal(pathElsewhere(own, ours, theirs), null);
  // The same table has the same name, though others lead there too; and what is hidden has another one.
  assert.equal(pathElsewhere('/export/x', theirs, theirs), '/export/x');
  const hidden = parseMountinfo(
    '20 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 20 0:71 / /srv rw - tmpfs tmpfs rw\n21 20 8:1 /srv /export rw - ext4 /dev/sda1 rw',
  );
  assert.equal(pathElsewhere('/var/lib/keeper/store', ours, hidden), '/export/keeper/store');
});
