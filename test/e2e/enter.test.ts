import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { probes } from '../../src/host/probe/data.ts';
import { requireKernel } from '../kernel.ts';
import { asStranger, requireUsers, withUsers } from '../users.ts';
import { targets } from './foreign.ts';
import { until } from './until.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const node = [process.execPath, '--no-warnings'];
const [target] = targets;
const platform = { aarch64: 'linux/arm64', s390x: 'linux/s390x' }[target] ?? target;

interface Started {
  readonly child: ChildProcess;
  said: string;
}

describe('a running sandbox', () => {
  const dir = mkdtempSync(join(tmpdir(), 'keeper-enter-'));
  const env = {
    ...process.env,
    XDG_CACHE_HOME: join(dir, 'cache'),
    TMPDIR: join(dir, 'tmp'),
    SHELL: '/bin/sh',
  };
  const probe = join(dir, `cache/binfmt-keeper/probes/probe.${target}`);

  const call = (args: readonly string[], options: { cwd?: string; input?: string } = {}) => {
    const { status, stdout, stderr } = spawnSync(node[0] ?? '', [...node.slice(1), main, ...args], {
      encoding: 'utf8',
      env,
      cwd: dir,
      ...options,
    });
    return { status, stdout, stderr };
  };
  const start = (): Started => {
    const args = ['run', '--sandbox', '--http-listen', 'off', '--platforms', platform];
    const child = spawn(node[0] ?? '', [...node.slice(1), main, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const started = { child, said: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      started.said += text;
    });
    return started;
  };
  const verified = (one: Started): Promise<true> =>
    until('a verified sandbox', () => {
      assert.equal(one.child.exitCode, null, one.said);
      return one.said.includes('verified') ? true : null;
    });
  const inner = ({ child }: Started): number =>
    Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0]);

  mkdirSync(env.TMPDIR);
  const sample = join(dir, 'sample');
  writeFileSync(sample, Buffer.from(probes[target] ?? '', 'base64'), { mode: 0o755 });
  /** What becomes of such a program on this host, which may have a handler of its own. */
  const outside = spawnSync(sample, { input: 'x' }).status;
  let first: Started;

  after(async () => {
    first?.child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });

  it('is entered by the printed line, from any directory', async (t) => {
    if (!requireKernel(t)) return;
    first = start();
    await verified(first);
    const line = /any terminal:\n {2}(.*)\n/.exec(first.said)?.[1] ?? '';
    const typed = spawnSync('sh', ['-c', line], {
      encoding: 'utf8',
      env,
      cwd: '/usr',
      input: `binfmt-keeper health; echo x | ${probe}; pwd; exit 37\n`,
    });
    const [health, ...rest] = typed.stdout.split('\n');
    assert.match(health ?? '', /^1 of 1 .*ready$/, typed.stderr);
    assert.deepEqual(rest, [probe, '/usr', '']);
    assert.equal(typed.status, 37);
  });

  it('is asked by the line that its log ends its start with, from outside', async (t) => {
    if (!requireKernel(t)) return;
    const next = await until('the line', () => /next: (.*?)["\n]/.exec(first.said)?.[1] ?? null);
    const typed = spawnSync('sh', ['-c', next], { encoding: 'utf8', env, cwd: '/usr' });
    assert.deepEqual([typed.status, typed.stdout.includes('1 of 1')], [0, true], `${next}: ${typed.stderr}`);
  });

  it('has status, health, probe and foreign programs, in the directory that one comes from', (t) => {
    if (!requireKernel(t)) return;
    const status = call(['enter', '--', 'binfmt-keeper', 'status', '-o', 'json']);
    const report = JSON.parse(status.stdout);
    assert.deepEqual([status.status, report.ready, report.problems], [0, true, []], status.stderr);
    assert.match(call(['enter', '--', 'binfmt-keeper', 'probe']).stdout, /verified/);
    const said = call(['enter', '--', 'sh', '-c', 'pwd; echo x | "$0"', probe]);
    assert.deepEqual([said.status, said.stdout], [0, `${dir}\n${probe}\n`], said.stderr);
    assert.equal(spawnSync(probe, { input: 'x' }).status, outside, 'nothing of it is outside');
  });

  it('passes arguments and exit statuses on as they are', (t) => {
    if (!requireKernel(t)) return;
    assert.equal(call(['enter', '--', 'echo', 'a,b', '--pid', '-c', ' ']).stdout, 'a,b --pid -c  \n');
    assert.equal(call(['enter', '--', 'sh', '-c', 'exit 42']).status, 42);
    assert.equal(call(['enter', '--', 'sh', '-c', 'kill -9 $$']).status, 137);
    assert.equal(call(['enter', '--', './no-such-program']).status, 127);
  });

  it('is named outside by what asks for a daemon', (t) => {
    if (!requireKernel(t)) return;
    for (const command of ['status', 'health', 'probe', 'pause']) {
      const { status, stderr } = call([command, '--mounts-anchor', join(dir, 'none/binfmt_misc')]);
      assert.notEqual(status, 0);
      assert.ok(stderr.includes(`sandbox of yours runs (process ${inner(first)})`), stderr);
      assert.match(stderr, new RegExp(`enter -- binfmt-keeper ${command}\n`));
    }
  });

  it('is chosen by its process where there are several, else the newest', async (t) => {
    if (!requireKernel(t)) return;
    const second = start();
    try {
      await verified(second);
      const namespace = (args: readonly string[]): string =>
        call(['enter', ...args, '--', 'readlink', '/proc/self/ns/mnt']).stdout.trim();
      const of = (one: Started): string =>
        spawnSync('readlink', [`/proc/${inner(one)}/ns/mnt`], { encoding: 'utf8' }).stdout.trim();
      assert.equal(namespace([]), of(second));
      assert.equal(namespace(['--pid', String(inner(first))]), of(first));
      const wrong = call(['enter', '--pid', String(process.pid)]);
      assert.equal(wrong.status, 1);
      assert.ok(wrong.stderr.includes(`${inner(second)}, ${inner(first)}`), wrong.stderr);
    } finally {
      second.child.kill('SIGTERM');
    }
  });

  it('ends with the process outside, even by SIGKILL, and leaves neither process nor directory nor mount', async (t) => {
    if (!requireKernel(t)) return;
    const inside = inner(first);
    first.child.kill('SIGKILL');
    await until('the end of the inner process', () => (existsSync(`/proc/${inside}/ns/mnt`) ? null : true));
    assert.deepEqual(readdirSync(env.TMPDIR), []);
    // Mount points alone: where the root is an overlay its options carry directories of anybody's naming.
    const points = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4]);
    assert.deepEqual(
      points.filter((point) => point?.includes('binfmt-keeper')),
      [],
    );
    const none = call(['enter', '--', 'true']);
    assert.equal(none.status, 1);
    assert.match(none.stderr, /no sandbox of yours runs here; to start one: .* run --sandbox/);
  });
});

describe('what looks like a sandbox and is none of ours', () => {
  const forged = (prefix: string): string => `
own="$(readlink /proc/self/ns/user) $(readlink /proc/self/ns/mnt)"
export BINFMT_KEEPER_SANDBOX=1 BINFMT_KEEPER_NEW_SANDBOX="$own"
forge='const { spawn } = require("child_process");
  spawn("unshare", ["-Urm", process.execPath, "-e", "setTimeout(() => {}, 20000)"]); setTimeout(() => {}, 20000)'
${prefix} '${process.execPath}' -e "$forge" -- run --sandbox & forger=$!
for i in $(seq 100); do sleep 0.1; c=$(cat /proc/$forger/task/$forger/children 2>/dev/null) && [ -n "$c" ] &&
  [ "$(readlink /proc/\${c%% *}/ns/user)" != "$(readlink /proc/self/ns/user)" ] && break; done
unset BINFMT_KEEPER_SANDBOX BINFMT_KEEPER_NEW_SANDBOX
'${process.execPath}' --no-warnings '${main}' enter -- true; echo $?
kill $forger \${c%% *}
`;
  for (const [what, prefix, status] of [
    ['that somebody else has made', asStranger.join(' '), 1],
    ['made in a mount namespace of its own, as in a container', 'unshare -m', 1],
    // The places are missing: so it was entered, which shows that the others were refused for what they are.
    ['by this user, here, is entered', '', 2],
  ] as const) {
    it(what, { timeout: 60_000 }, (t) => {
      if (!requireUsers(t)) return;
      const [command, args] = withUsers('sh', '-c', forged(prefix));
      const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      if (status === 1) assert.match(stderr, /no sandbox of yours runs here/);
      assert.equal(stdout.trim(), String(status), stderr);
    });
  }
});
