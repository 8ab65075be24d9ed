import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { asStranger, stranger } from '../users.ts';
import { cli } from './cli.ts';
import type { LogLine } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const standsBy = (line: LogLine): boolean => line.problem === 'locked-by-another';
const serves = (line: LogLine): boolean => line.event === 'keeping';

await suite(
  import.meta.url,
  'another user stops nobody',
  {
    'a user who holds the lock of older keepers, and waits for it at a restart': async (world) => {
      mounted(world);
      const first = await world.startVerified();
      // Waits behind our share of it, as whoever wants to win at the next restart does.
      const waiting = hold(world, asStranger);
      await pause(300);
      assert.equal(await first.ended('SIGTERM'), 0);
      await waiting.locked;
      const second = await world.startVerified();
      const report = await second.problem('lock-contested');
      const { detail, title } = report.problems.find((p) => p.code === 'lock-contested') ?? {};
      assert.match(String(detail), new RegExp(`^held by pid \\d+ of uid ${stranger}$`), title);
      assert.equal(second.log.filter(standsBy).length, 0);
      world.write(`${world.main}/${ours}`, '-1');
      await second.healed(ours, 'missing');
      waiting.end();
      await second.reported(
        'that the lock is ours',
        (r) => !r.problems.some((p) => p.code === 'lock-contested'),
      );
      assert.equal(locks(world), false, 'an older keeper cannot start beside it');
      return undefined;
    },

    'install and uninstall, while a user holds that lock': async (world) => {
      mounted(world);
      world.must('mkdir', '-p', world.anchor);
      world.must('mount', '-t', 'binfmt_misc', 'b', world.anchor);
      await hold(world, asStranger).locked;
      const installed = cli(world, ['install', target]);
      assert.doesNotMatch(installed.said, /locked-by-another/);
      assert.ok(readdirSync(world.main).includes(ours), installed.said);
      const removed = cli(world, ['uninstall']);
      assert.deepEqual({ ...removed, said: '' }, { status: 0, said: '' });
      assert.ok(!readdirSync(world.main).includes(ours));
      return undefined;
    },

    'a user who holds it by a program that runs as root for him': async (world) => {
      world.must('sh', '-c', 'cp "$(command -v sleep)" "$0" && chmod 4755 "$0"', `${world.dir}/sleep`);
      mounted(world);
      const held = hold(world, asStranger.slice(0, -2), `${world.dir}/sleep`);
      await held.locked;
      await until('the program', () => (uidsOf(world, held.pid) === `${stranger} 0` ? true : null));
      const daemon = await world.startVerified();
      await daemon.problem('lock-contested');
      return undefined;
    },

    'a user cannot open what keepers lock, not even as root of namespaces of his own': async (world) => {
      mounted(world);
      const open = 'exec 9<"$0" || exec 9>"$0"';
      const path = `${world.main}/register`;
      for (const prefix of [[...asStranger], [...asStranger, 'unshare', '-Urm']]) {
        const [program = '', ...args] = [...prefix, 'sh', '-c', open, path];
        assert.match(world.command(program, ...args).said, /Permission denied/, prefix.join(' '));
      }
      const [look = '', ...at] = [...asStranger, 'test', '-r', keeper];
      if (world.command(look, ...at).status !== 0) return 'others may not look into this clone, as in /root';
      const [program = '', ...args] = [...asStranger, process.execPath, '--no-warnings', keeper, 'run'];
      const line = ['env', 'BINFMT_KEEPER_SANDBOX=1', 'BINFMT_KEEPER_HTTP_LISTEN=off', program, ...args];
      const { status, said } = world.command(line[0] ?? '', ...line.slice(1));
      assert.equal(status, 3, said);
      return undefined;
    },

    'a user answers at the port: a named problem, and health believes the socket alone': async (world) => {
      const script = `require('node:http').createServer((_, r) => r.end('ok')).listen(0, '127.0.0.1', function () {
        console.log(this.address().port) })`;
      const [program = '', ...args] = [...asStranger, process.execPath, '-e', script];
      const answers = world.child(program, args);
      const port = await new Promise<string>((resolve) => {
        answers.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
      });
      mounted(world);
      const listen = `127.0.0.1:${port}`;
      assert.equal(cli(world, ['health'], ['env', `BINFMT_KEEPER_HTTP_LISTEN=${listen}`]).status, 3);
      const daemon = await world.startVerified({ env: { BINFMT_KEEPER_HTTP_LISTEN: listen } });
      const report = await daemon.problem('http-taken');
      const taken = report.problems.find((p) => p.code === 'http-taken');
      assert.equal(taken?.subject, listen);
      assert.match(taken?.detail ?? '', new RegExp(`uid ${stranger} listens there$`));
      assert.equal(cli(world, ['health']).status, 0);
      assert.match(cli(world, ['status']).said, /http-taken/);
      answers.kill('SIGKILL');
      await daemon.reported('that the port is ours', (r) => !r.problems.some((p) => p.code === 'http-taken'));
      return undefined;
    },

    'root holds it: an older keeper, behind which the new one stands by until its end': async (world) => {
      mounted(world);
      const older = hold(world, []);
      await older.locked;
      const daemon = world.start();
      const line = await daemon.logged('that it stands by', standsBy);
      assert.equal(line.detail, `held by pid ${older.pid}, which holds the lock of older versions`);
      assert.equal(cli(world, ['install', target]).status, 1);
      await pause(600);
      assert.equal(daemon.log.filter(serves).length, 0);
      // Whoever waits has neither lock: an older one that waits too may be first.
      assert.equal(readdirSync(world.main).includes(ours), false);
      const user = hold(world, asStranger);
      older.end();
      await user.locked;
      await daemon.verified();
      await daemon.problem('lock-contested');
      return undefined;
    },

    'an older keeper in another container is known by its socket, or not at all': async (world) => {
      const listener = `require('node:net').createServer(() => {}).listen(process.argv[1])`;
      const socket = `${world.run}/control.sock`;
      const own = ['unshare', '-m', '-p', '--mount-proc', '--fork', '--kill-child'];
      mounted(world);
      const older = hold(world, []);
      await older.locked;
      const listening = world.child(process.execPath, ['-e', listener, socket]);
      await until('the socket', () => (readdirSync(world.run).includes('control.sock') ? true : null));
      const daemon = world.start({ prefix: own });
      const line = await daemon.logged('that it stands by', standsBy);
      assert.equal(line.detail, `held by a daemon of an older version, which listens in ${world.run}`);
      listening.kill('SIGKILL');
      await daemon.logged('that it serves', serves);
      const contested = await daemon.logged('who is in the way', (l) => l.problem === 'lock-contested');
      assert.match(String(contested.detail), /cannot be seen from here/);
      return undefined;
    },
  },
  'all',
);

/** Holds the lock on the root of the instance as keepers up to 0.1.0 do: flock(2) on the directory, by `who`. */
function hold(world: World, who: readonly string[], sleep = 'sleep') {
  const script = 'exec 9<"$0"; flock 9; echo locked; exec "$1" 1000';
  const [program = '', ...args] = [...who, 'sh', '-c', script, world.main, sleep];
  const child = world.child(program, args);
  const locked = new Promise<void>((resolve) => {
    child.stdout?.once('data', () => resolve());
  });
  return { pid: child.pid ?? 0, locked, end: () => void child.kill('SIGKILL') };
}

/** Whether root gets the lock of older keepers. */
function locks(world: World): boolean {
  return world.command('flock', '-n', '-x', world.main, 'true').status === 0;
}

/** Real and effective user of a process. */
function uidsOf(world: World, pid: number): string {
  const { said } = world.command(
    'sed',
    '-n',
    's/^Uid:\\t\\([0-9]*\\)\\t\\([0-9]*\\).*/\\1 \\2/p',
    `/proc/${pid}/status`,
  );
  return said.trim();
}

/** Over that of the machine, to which root of the namespace could write. */
function mounted(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}
