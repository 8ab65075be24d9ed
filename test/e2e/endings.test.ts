import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { bundle } from '../../scripts/package/build.ts';
import { cli } from './cli.ts';
import type { Daemon } from './daemon.ts';
import { targets } from './foreign.ts';
import { get } from './http-get.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target] = targets;
const platforms = target;

await suite(import.meta.url, 'whatever ends a daemon, it ends, and leaves the way free for the next', {
  'a missing part of the bundle on the way up, which never was ready': async (world) => {
    const directory = `${world.dir}/bundle`;
    await bundle(directory);
    for (const part of readdirSync(directory))
      if (part.startsWith('chokidar')) rmSync(`${directory}/${part}`);
    const http = `unix:${world.run}/http.sock`;
    const env = { BINFMT_KEEPER_HTTP_LISTEN: http };
    const daemon = world.start({ platforms, env, program: `${directory}/main.mjs` });
    const ended = daemon.ended();
    const asked = askUntil(ended, http);
    assert.equal(await ended, 1);
    assert.deepEqual(
      (await asked).filter((status) => status === 200),
      [],
    );
    await leftFree(world);
    return undefined;
  },

  ...Object.fromEntries(
    (['throw new Error("planted")', 'void Promise.reject(new Error("planted"))'] as const).map((defect) => [
      `a defect while it keeps: ${defect}`,
      async (world: World) => {
        const planted = `process.on('SIGUSR2', () => { ${defect} })`;
        const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(planted)}` };
        const daemon = await world.startVerified({ platforms, env });
        await until('the socket', () => (existsSync(`${world.run}/control.sock`) ? true : null));
        assert.equal(await daemon.ended('SIGUSR2'), 1);
        assert.match(daemon.story(), /planted/);
        await leftFree(world);
        return undefined;
      },
    ]),
  ),

  'a /proc that shows processes alone': async (world) => {
    // Whether the unmapped owner of a directory is the host's root is told by /proc/sys.
    if (statSync('/').uid !== 0) return 'as a user: without /proc/sys no configuration is trusted';
    const inside = 'mount -t proc -o subset=pid proc /proc && exec "$@"';
    const prefix = ['unshare', '-mpf', '--kill-child', 'sh', '-c', inside, 'sh'];
    const daemon = world.start({ platforms, prefix });
    assert.equal(await daemon.ended(), 1);
    assert.match(daemon.story(), /instance-missing/);
    await leftFree(world);
    return undefined;
  },

  ...Object.fromEntries(
    Object.entries({
      '/dev/full': 'exec "$@" 2>/dev/full',
      'a file that has reached its limit': 'exec "$@" 2>"$0"',
      'a full pipe that nobody reads':
        'mkfifo "$0"; exec 3<>"$0"; head -c 65536 /dev/zero >&3; exec "$@" 2>&3',
    }).flatMap(([what, inside]) => [
      [
        `SIGTERM, where the log goes to ${what}`,
        async (world: World) => {
          const prefix = ['sh', '-c', inside, `${world.dir}/log`];
          const env = { BINFMT_KEEPER_LOG_LEVEL: 'trace' };
          const daemon = await world.startVerified({ platforms, prefix, env, unreadLog: true });
          await limited(world, daemon);
          assert.equal(await daemon.ended('SIGTERM'), 0);
          await leftFree(world);
          return undefined;
        },
      ],
      [
        `SIGTERM, where the log goes to ${what}, without FFI`,
        async (world: World) => {
          const prefix = ['sh', '-c', inside, `${world.dir}/log`];
          const env = { BINFMT_KEEPER_LOG_LEVEL: 'trace', BINFMT_KEEPER_NO_FFI: '1' };
          const daemon = await world.startVerified({ platforms, prefix, env, unreadLog: true });
          await limited(world, daemon);
          // Where a write hangs only a signal ends a process without FFI.
          assert.ok([0, null].includes(await daemon.ended('SIGTERM')));
          await leftFree(world);
          return undefined;
        },
      ],
    ]),
  ),

  'too few descriptors: a problem with the number that is needed, by every command': async (world) => {
    // With fewer Node does not come as far as our first line: it crashes below 21, and cannot load a file below 24.
    for (const limit of [24, 26, 28, 32, 48, 64, 95]) {
      const prefix = ['prlimit', `--nofile=${limit}:${limit}`, '--'];
      const daemon = world.start({ platforms, prefix });
      assert.equal(await daemon.ended(), 4, `${limit}: ${daemon.story()}`);
      assert.match(daemon.story(), /too-few-descriptors/, `${limit}`);
      assert.match(daemon.story(), /\b96 are needed/, `${limit}`);
    }
    for (const command of [['install', target], ['status'], ['probe', target], ['--install', target]]) {
      const { status, said } = cli(world, command, ['prlimit', '--nofile=40:40', '--']);
      assert.match(said, /too-few-descriptors.*96 are needed|96 are needed/s, command.join(' '));
      assert.equal(status, 4, said);
    }
    await world.startVerified({ platforms, prefix: ['prlimit', '--nofile=32:1024', '--'] });
    return undefined;
  },

  'SIGUSR1 opens no debugger, however early it comes': async (world) => {
    for (const ms of [0, 20, 80, 320]) {
      const daemon = world.start({ platforms });
      // Before that the signal ends the process. From then on until the first line of ours it opens the debugger.
      await until('a handler of Node', () => (catches(daemon.pid, 'SIGUSR1') ? true : null));
      await pause(ms);
      daemon.kill('SIGUSR1');
      await daemon.verified();
      daemon.kill('SIGUSR1');
      await pause(300);
      assert.deepEqual(listening(daemon.pid), []);
      assert.equal(await daemon.ended('SIGTERM'), 0);
    }
    return undefined;
  },

  'output that cannot be written is no defect with a stack': async (world) => {
    await world.startVerified({ platforms });
    for (const args of [
      ['status'],
      ['status', '-o', 'json'],
      ['health'],
      ['--version'],
      ['config', 'schema'],
      ['--help'],
    ]) {
      const full = cli(world, args, ['sh', '-c', 'exec "$@" >/dev/full', 'sh']);
      assert.equal(full.status, 1, full.said);
      assert.match(full.said, /standard output: .*ENOSPC/, args.join(' '));
      assert.doesNotMatch(full.said, /\n\s+at /, args.join(' '));
      const gone = cli(world, args, ['sh', '-c', '{ sleep 0.3; exec "$@"; } | true', 'sh']);
      assert.equal(gone.said, '', args.join(' '));
    }
    return undefined;
  },

  'a watch that nobody reads ends by SIGTERM': async (world) => {
    await world.startVerified({ platforms });
    const inside = 'mkfifo "$0"; exec 3<>"$0"; head -c 65536 /dev/zero >&3; exec "$@" >&3';
    const variables = { BINFMT_KEEPER_SANDBOX: '1', BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor };
    const child = spawn(
      'sh',
      [
        '-c',
        inside,
        `${world.dir}/out`,
        process.execPath,
        '--no-warnings',
        keeper,
        'status',
        '--watch',
        '-o',
        'json',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...variables } },
    );
    await until('that it hears of signals', () => (catches(child.pid, 'SIGTERM') ? true : null));
    await pause(500);
    child.kill('SIGTERM');
    await until('its end', () => (child.exitCode !== null || child.signalCode !== null ? true : null));
    return undefined;
  },
});

/** From now on no file of its grows, and it has something to say. */
async function limited(world: World, daemon: Daemon): Promise<void> {
  world.must('prlimit', '--pid', String(daemon.pid), '--fsize=100');
  daemon.kill('SIGHUP');
  await pause(500);
}

/** The lock is free, nobody listens where the daemon did, and the next one serves. */
async function leftFree(world: World): Promise<void> {
  for (const socket of ['control.sock', 'http.sock'])
    assert.equal(existsSync(`${world.run}/${socket}`), false, `${socket} is left`);
  const next: Daemon = await world.startVerified({ platforms });
  assert.equal(
    next.log.some((line) => line.problem === 'locked-by-another'),
    false,
  );
}

/** Every status of /readyz until a daemon has ended. */
async function askUntil(end: Promise<unknown>, http: string): Promise<readonly number[]> {
  const seen: number[] = [];
  let over = false;
  void end.finally(() => {
    over = true;
  });
  while (!over) {
    const got = await get(http, '/readyz').catch(() => null);
    if (got !== null) seen.push(got.status);
    await pause(1);
  }
  return seen;
}

/** Ports on which a process listens for TCP. */
function listening(pid: number): readonly string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed since
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(`/proc/${pid}/net/${file}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words[3] === '0A' && sockets.has(words[9] ?? ''))
      .map((words) => words[1] ?? ''),
  );
}

/** Whether a process has a handler of its own for a signal. */
function catches(pid: number | undefined, signal: 'SIGTERM' | 'SIGUSR1'): boolean {
  const number = constants.signals[signal];
  const mask = /^SigCgt:\s+(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(number - 1)) & 1n) === 1n;
}
