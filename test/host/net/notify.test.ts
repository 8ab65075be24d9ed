import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { takeNotifier } from '../../../src/host/net/notify.ts';
import { type Libc, loadLibc } from '../../../src/host/system/libc.ts';
import { listenAsSupervisor, type Supervisor } from './supervisor.ts';

const libc = await loadLibc();

describe('a supervisor is told', () => {
  test('at a path, all assignments in one message', async (t) => {
    const { supervisor, path } = listening(t);
    const notifier = takeNotifier(ffi(), { NOTIFY_SOCKET: path });
    assert.deepEqual(await notifier?.send('READY=1', 'STATUS=all is well, größer'), { ok: true });
    assert.deepEqual(supervisor.take(), ['READY=1\nSTATUS=all is well, größer']);
  });

  test('under an abstract name', async (t) => {
    const name = `@binfmt-keeper-test-${process.pid}`;
    const supervisor = listenAsSupervisor(name);
    t.after(supervisor.close);
    await takeNotifier(ffi(), { NOTIFY_SOCKET: name })?.send('STOPPING=1');
    assert.deepEqual(supervisor.take(), ['STOPPING=1']);
  });

  test('by systemd-notify where FFI is missing, in the order of the calls', async (t) => {
    if (spawnSync('systemd-notify', ['--version']).error) return t.skip('systemd-notify is not installed');
    const { supervisor, path } = listening(t);
    const notifier = takeNotifier(null, { NOTIFY_SOCKET: path });
    const heard: string[] = [];
    // It waits until its message was read (sd_notify_barrier(3)).
    const listen = setInterval(() => heard.push(...supervisor.take()), 5);
    t.after(() => clearInterval(listen));
    const sent = await Promise.all([notifier?.send('RELOADING=1', 'X_A=b c'), notifier?.send('READY=1')]);
    heard.push(...supervisor.take());
    assert.deepEqual(sent, [{ ok: true }, { ok: true }]);
    assert.deepEqual(
      heard.filter((message) => message !== 'BARRIER=1'),
      ['RELOADING=1\nX_A=b c', 'READY=1'],
    );
  });

  test('without waiting: a queue that nobody reads ends in EAGAIN', async (t) => {
    const { path } = listening(t);
    const notifier = takeNotifier(ffi(), { NOTIFY_SOCKET: path });
    for (let sent = 0; sent < 100_000; sent++) {
      const outcome = await notifier?.send('WATCHDOG=1');
      if (outcome?.ok === true) continue;
      assert.equal(outcome?.code, 'EAGAIN');
      return;
    }
    assert.fail('the queue took everything');
  });
});

describe('a supervisor that cannot be told is a failure as data', () => {
  test('nobody listens', async () => {
    const outcome = await takeNotifier(ffi(), { NOTIFY_SOCKET: '/nonexistent/notify' })?.send('READY=1');
    assert.equal(outcome?.ok === false && outcome.code, 'ENOENT');
  });

  test('the path is longer than an address can be', async () => {
    const outcome = await takeNotifier(ffi(), { NOTIFY_SOCKET: `/${'x'.repeat(300)}` })?.send('READY=1');
    assert.equal(outcome?.ok === false && outcome.code, 'EINVAL');
  });

  for (const address of ['vsock:2:1234', 'run/notify', '/', '@'])
    test(`the address ${address} is of no kind that is known`, async () => {
      const outcome = await takeNotifier(libc, { NOTIFY_SOCKET: address })?.send('READY=1');
      assert.equal(outcome?.ok === false && outcome.code, 'EAFNOSUPPORT');
    });

  test('FFI and systemd-notify are both missing', async (t) => {
    const { PATH } = process.env;
    t.after(() => {
      process.env.PATH = PATH;
    });
    process.env.PATH = '/nonexistent';
    const outcome = await takeNotifier(null, { NOTIFY_SOCKET: '/nonexistent/notify' })?.send('READY=1');
    assert.equal(outcome?.ok, false);
  });
});

test('without NOTIFY_SOCKET nobody is told', () => {
  assert.equal(takeNotifier(libc, {}), null);
  assert.equal(takeNotifier(libc, { NOTIFY_SOCKET: '', WATCHDOG_USEC: '1000000' }), null);
});

test('children inherit neither address nor watchdog', () => {
  const env = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '1', WATCHDOG_PID: '2', PATH: '/bin' };
  takeNotifier(libc, env);
  assert.deepEqual(env, { PATH: '/bin' });
});

describe('the watchdog', () => {
  const own = String(process.pid);
  const cases: readonly (readonly [string | undefined, string | undefined, number | null])[] = [
    ['30000000', undefined, 30_000],
    ['30000000', own, 30_000],
    ['30000000', String(process.ppid), null],
    [undefined, own, null],
    ['0', own, null],
    ['soon', own, null],
    ['-5', own, null],
  ];
  for (const [usec, pid, expected] of cases) {
    const whose = pid === undefined ? 'for anybody' : pid === own ? 'for us' : 'for another process';
    test(`WATCHDOG_USEC ${usec ?? 'unset'} ${whose} means ${expected ?? 'none'}`, () => {
      const env: NodeJS.ProcessEnv = { NOTIFY_SOCKET: '/run/n' };
      if (usec !== undefined) env.WATCHDOG_USEC = usec;
      if (pid !== undefined) env.WATCHDOG_PID = pid;
      assert.equal(takeNotifier(libc, env)?.watchdogMs, expected);
    });
  }
});

function listening(t: TestContext): { supervisor: Supervisor; path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'notify-'));
  const path = join(directory, 'n');
  const supervisor = listenAsSupervisor(path);
  t.after(() => {
    supervisor.close();
    rmSync(directory, { recursive: true });
  });
  return { supervisor, path };
}

/** koffi is a dependency: where the tests run it has a build. */
function ffi(): Libc {
  assert.ok(libc, 'no FFI');
  return libc;
}
