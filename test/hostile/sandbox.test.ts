import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { asStranger, requireUsers, stranger, withUsers } from '../users.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const emulator = '/usr/bin/qemu-aarch64-static';

/** Root's sandbox on a host whose instance is mounted, with what a user or an accident has put in its way. */
interface Way {
  /** Shell, as root of the host; `as_user COMMAND…` is somebody else. */
  readonly prepare: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** 4: no sandbox, and a problem that says so. */
  readonly exit: 0 | 1 | 4;
  /** Where the interpreter of the sandbox's entry lies. */
  readonly store?: RegExp;
}

const usual = /^\/mnt\/home\/\.cache\/binfmt-keeper\/store\//;
const own = /^\/run\/binfmt-keeper\/store\//;

const ways: Readonly<Record<string, Way>> = {
  'nothing at all': { prepare: ':', exit: 0, store: usual },
  'no FFI': { prepare: ':', env: { BINFMT_KEEPER_NO_FFI: '1' }, exit: 0, store: usual },
  "a user's directories of every name that it could choose in the shared temporary directory": {
    prepare: `as_user sh -c 'for i in $(seq $(($1 - 5)) $(($1 + 200))); do mkdir /mnt/tmp/binfmt-keeper-sandbox-0-$i; done' sh $$`,
    exit: 0,
    store: usual,
  },
  "a user's links of every such name": {
    prepare: `as_user sh -c 'mkdir /mnt/user/bm; for i in $(seq $(($1 - 5)) $(($1 + 200))); do
      ln -s /mnt/user/bm /mnt/tmp/binfmt-keeper-sandbox-0-$i; done' sh $$`,
    exit: 0,
    store: usual,
  },
  'a read-only XDG_RUNTIME_DIR': {
    prepare: 'mkdir /mnt/ro && mount -t tmpfs -o ro tmpfs /mnt/ro',
    env: { XDG_RUNTIME_DIR: '/mnt/ro' },
    exit: 0,
    store: usual,
  },
  'a file in the place of XDG_RUNTIME_DIR': {
    prepare: 'echo >/mnt/file',
    env: { XDG_RUNTIME_DIR: '/mnt/file' },
    exit: 0,
    store: usual,
  },
  "a user's XDG_RUNTIME_DIR and TMPDIR": {
    prepare: ':',
    env: { XDG_RUNTIME_DIR: '/mnt/user', TMPDIR: '/mnt/user' },
    exit: 0,
    store: usual,
  },
  "a user's home, as sudo keeps it": {
    prepare: 'as_user mkdir -p /mnt/user/.cache/binfmt-keeper',
    env: { HOME: '/mnt/user' },
    exit: 0,
    store: own,
  },
  "a link of a user's in the place of the cache": {
    prepare: 'as_user mkdir /mnt/user/cache && as_user ln -s /mnt/user/cache /mnt/tmp/binfmt-keeper',
    env: { XDG_CACHE_HOME: '/mnt/tmp' },
    exit: 0,
    store: own,
  },
  'a home that cannot be written': {
    prepare: 'mkdir /mnt/ro && mount -t tmpfs -o ro tmpfs /mnt/ro',
    env: { HOME: '/mnt/ro' },
    exit: 0,
    store: own,
  },
  'a read-only /run': { prepare: 'mount -o remount,ro /run', exit: 0, store: usual },
  'a file in the place of the run directory': {
    prepare: 'echo >/run/binfmt-keeper',
    exit: 0,
    store: usual,
  },
  "a user's run directory": {
    prepare: `mkdir /run/binfmt-keeper && chown ${stranger} /run/binfmt-keeper && as_user mkdir /run/binfmt-keeper/binfmt_misc`,
    exit: 0,
    store: usual,
  },
  "the host's anchor, and another mount of the host's instance": {
    prepare: `mkdir -p /run/binfmt-keeper/binfmt_misc /mnt/other /run/more/bm
      for p in /run/binfmt-keeper/binfmt_misc /mnt/other /run/more/bm; do mount -t binfmt_misc b $p; done`,
    args: ['--mounts-anchor', '/mnt/other'],
    exit: 0,
    store: usual,
  },
  "an anchor in a user's directory: the main mount serves": {
    prepare: 'as_user mkdir -p /mnt/user/bm',
    args: ['--mounts-anchor', '/mnt/user/bm'],
    exit: 1, // anchor-missing is an error

    store: usual,
  },
  'files in the place of both mounts': {
    prepare: 'echo >/mnt/file; echo >/mnt/main',
    args: ['--mounts-anchor', '/mnt/file/bm', '--mounts-main', '/mnt/main'],
    exit: 4,
  },
  'mounts that are not permitted': {
    prepare: 'echo 0 >/proc/sys/user/max_mnt_namespaces',
    exit: 4,
  },
  'no further user namespaces': { prepare: 'echo 0 >/proc/sys/user/max_user_namespaces', exit: 4 },
  'no unshare(1)': {
    prepare: 'mkdir /mnt/bin && ln -s /bin/mount /mnt/bin',
    env: { PATH: '/mnt/bin' },
    exit: 4,
  },
  'no mount(8)': {
    prepare: 'mkdir /mnt/bin && ln -s /usr/bin/unshare /mnt/bin',
    env: { PATH: '/mnt/bin' },
    exit: 4,
  },
};

describe("root's sandbox has an instance that we made, or there is none; the host's stays as it was, in spite of", () => {
  for (const [name, way] of Object.entries(ways)) {
    it(name, { timeout: 60_000 }, (t) => {
      if (!requireUsers(t)) return;
      if (!existsSync(emulator)) {
        t.skip(`no ${emulator}`);
        return;
      }
      const { status, told, entries, log, leftInTmp } = inTheWay(way);
      assert.deepEqual(entries, ['hostmark', 'register', 'status'], log);
      assert.equal(status, way.exit, log);
      assert.equal(leftInTmp, 0, log);
      if (way.exit === 4) assert.match(log, /sandbox-unavailable/);
      else assert.match(told?.handlers[0]?.interpreter ?? '', way.store ?? /./, log);
    });
  }
});

describe("root's sandbox beside a keeper of the host", () => {
  it('leads to nothing of the host, by its commands or by what is under its mounts', {
    timeout: 120_000,
  }, (t) => {
    if (!requireUsers(t)) return;
    if (!existsSync(emulator)) {
      t.skip(`no ${emulator}`);
      return;
    }
    const keeper = `'${process.execPath}' --no-warnings '${main}'`;
    const [command, line] = withUsers(
      'sh',
      '-c',
      `${host}
export HOME=/mnt/home BINFMT_KEEPER_HTTP_LISTEN=off BINFMT_KEEPER_PLATFORMS=linux/arm64
export BINFMT_KEEPER_INTERPRETERS_SOURCES=/usr/bin
BINFMT_KEEPER_SANDBOX=1 BINFMT_KEEPER_INTERPRETERS_STORE=/mnt/store ${keeper} run 2>/mnt/log & first=$!
for i in $(seq 200); do ${keeper} health >/dev/null 2>&1 && break; sleep 0.1; done
echo "removed by --sandbox: $(${keeper} uninstall --sandbox -o json | tr -d ' \\n')"
${keeper} run --sandbox 2>>/mnt/log & second=$!
for i in $(seq 200); do ${keeper} enter -- binfmt-keeper health >/dev/null 2>&1 && break; sleep 0.1; done
${keeper} enter -- sh -c 'for i in 1 2 3 4 5; do umount $0; umount -l $0; [ ! -e $0/status ] || echo -1 >$0/status
  done; ls /run/binfmt-keeper; [ -e $0/hostmark ] && echo reached' $B >/mnt/inside 2>&1
kill $second; wait $second
echo "on the host: $(ls $B | tr '\\n' ' ')"
kill $first; wait $first
cat /mnt/inside /mnt/log >&2`,
    );
    const { stdout, stderr } = spawnSync(command, line, { encoding: 'utf8' });
    assert.match(stdout, /removed by --sandbox: {"removed":\[\],"failed":\[\]}/, stderr);
    assert.match(stdout, /on the host: hostmark keeper-aarch64 register status/, `${stdout}${stderr}`);
    assert.doesNotMatch(stderr, /reached/);
  });
});

/** Shell that makes a host of these namespaces. */
const host = `mount -t tmpfs -o mode=755 tmpfs /run && mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/home /mnt/user /mnt/tmp && chown ${stranger} /mnt/user && chmod 1777 /mnt/tmp
B=/proc/sys/fs/binfmt_misc
mount -t binfmt_misc b $B && echo ':hostmark:M::hostmark::/bin/true:' >$B/register`;

interface Seen {
  readonly status: number;
  readonly told: { readonly handlers: readonly { readonly interpreter: string }[] } | null;
  readonly entries: readonly string[];
  /** Names of ours in the temporary directory that root made. */
  readonly leftInTmp: number;
  readonly log: string;
}

function inTheWay({ prepare, args = [], env = {} }: Way): Seen {
  const words = (list: readonly string[]): string => list.map((w) => `'${w}'`).join(' ');
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const script = `set -e
${host}
as_user() { ${words(asStranger)} "$@"; }
${prepare}
unset XDG_RUNTIME_DIR XDG_CACHE_HOME
export TMPDIR=/mnt/tmp
set +e
HOME=/mnt/home ${`/usr/bin/env ${words(assignments)}`} '${process.execPath}' --no-warnings '${main}' install linux/arm64 \\
  -o json --sandbox --interpreters-sources /usr/bin ${words(args)} >/mnt/out 2>/mnt/err
echo $?
ls $B | tr '\\n' ' '; echo
find /mnt/tmp -maxdepth 1 -user 0 -name '*binfmt-keeper*' | wc -l
cat /mnt/out; echo; echo ---; cat /mnt/err
`;
  const [command, line] = withUsers('sh', '-c', script);
  const { stdout, stderr } = spawnSync(command, line, { encoding: 'utf8' });
  const [status = '', entries = '', left = '', ...rest] = stdout.split('\n');
  const [out = '', err = ''] = rest.join('\n').split('\n---\n');
  return {
    status: status === '' ? -1 : Number(status),
    told: out.trim().startsWith('{') ? JSON.parse(out) : null,
    entries: entries.trim().split(' '),
    leftInTmp: Number(left),
    log: `${err}${stderr}${out}`,
  };
}

it('a sandbox is refused with the number of files that it needs, before anything is started for it', () => {
  // With fewer than 22 Node cannot read the program.
  for (const limit of [22, 23, 24, 40, 95]) {
    const args = [`--nofile=${limit}:${limit}`, '--', process.execPath, main, 'run', '--sandbox'];
    const { status, stderr } = spawnSync('prlimit', args, { encoding: 'utf8', timeout: 60_000 });
    assert.match(stderr, /too-few-descriptors[\s\S]*96 are needed/, `${limit}: ${stderr}`);
    assert.equal(status, 4, `${limit}`);
  }
});
