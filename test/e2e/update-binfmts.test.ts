import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { reportOf } from './cli.ts';
import type { Daemon } from './daemon.ts';
import { startCounter } from './exec-counter.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const alias = `qemu-${target}`;
/** A copy may be unpacked elsewhere. */
const program = process.env.UPDATE_BINFMTS ?? '/usr/sbin/update-binfmts';
const quiet = 2600;

/** Its directories are the case's own. */
function prepared(world: World): string | null {
  if (!existsSync(program)) {
    if (process.env.REQUIRE_KERNEL === '1')
      throw new Error(`REQUIRE_KERNEL=1, but no ${program} (binfmt-support; UPDATE_BINFMTS names a copy)`);
    return `no ${program}: binfmt-support is not installed; UPDATE_BINFMTS names a copy that is unpacked elsewhere`;
  }
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  world.must('sh', '-c', 'mkdir -p /var/lib/binfmts; mount -t tmpfs -o mode=755 none /var/lib/binfmts');
  mkdirSync(`${world.dir}/root/var/lib`, { recursive: true });
  world.must('ln', '-s', '/var/lib/binfmts', `${world.dir}/root/var/lib/binfmts`);
  return null;
}

/** As the package of an emulator does. */
function declare(world: World): void {
  const { text } = lineOf(world);
  const value = (key: string): string => new RegExp(`^${key} (.*)$`, 'm').exec(text)?.[1] ?? '';
  const bytes = (hex: string): string => hex.replace(/../g, '\\x$&');
  world.must(
    ...[program, '--package', 'qemu-user', '--install', alias, `/usr/bin/qemu-${target}-static`],
    ...['--magic', bytes(value('magic')), '--mask', bytes(value('mask'))],
    ...['--offset', '0', '--credentials', 'yes', '--fix-binary', 'yes'],
  );
}

function lineOf(world: World): { readonly text: string } {
  return { text: readFileSync(`${world.main}/${ours}`, 'latin1') };
}

function start(world: World): Promise<Daemon> {
  const env = { BINFMT_KEEPER_ALIASES: '', BINFMT_KEEPER_BINFMT_D_ROOT: `${world.dir}/root` };
  return world.startVerified({ platforms: target, env });
}

const isOn = (world: World, name: string): boolean =>
  existsSync(`${world.main}/${name}`) &&
  readFileSync(`${world.main}/${name}`, 'latin1').startsWith('enabled');

await suite(import.meta.url, 'the real update-binfmts', {
  'what it registered is told as its own, by what it noted': async (world) => {
    const missing = prepared(world);
    if (missing !== null) return missing;
    world.must(
      program,
      '--package',
      'jar',
      '--install',
      'jar',
      '/usr/bin/cat',
      '--magic',
      'PK\\x03\\x04',
      '--offset',
      '2',
    );
    world.must(
      program,
      '--package',
      'x',
      '--install',
      'ext',
      '/usr/bin/cat',
      '--extension',
      'ext',
      '--preserve',
      'yes',
    );
    world.must(
      ...[
        program,
        '--package',
        ':',
        '--install',
        'asked',
        '/usr/bin/cat',
        '--magic',
        'MZ',
        '--mask',
        '\\xff\\x0f',
      ],
      ...['--detector', '/bin/false'],
    );
    world.write(`${world.main}/register`, ':other:E::other::/usr/bin/cat:\n');
    const owners = reportOf(world, 'status').entries.map((e) => [e.name, e.owner.kind, e.owner.evidence]);
    assert.deepEqual(owners.sort(), [
      ['asked', 'binfmt-support', 'interpreter'],
      ['ext', 'binfmt-support', 'declaration'],
      ['jar', 'binfmt-support', 'declaration'],
      ['other', 'unknown', 'none'],
    ]);
    return undefined;
  },

  'beside aliases: a package that comes, --disable, --enable and --remove; no exec fails, and the name is left to it':
    async (world) => {
      const missing = prepared(world);
      if (missing !== null) return missing;
      const daemon = await start(world);
      await until('the alias', () => (isOn(world, alias) ? true : null));
      const counter = await startCounter(world, 2);
      // It finds the name taken, says so, and notes its own line all the same.
      declare(world);
      assert.deepEqual(readdirSync('/var/lib/binfmts'), [alias]);
      for (let round = 0; round < 10; round++) {
        world.must(program, '--disable', alias);
        await pause(50);
        world.must(program, '--enable', alias);
        await pause(50);
      }
      await pause(quiet);
      assert.match(readFileSync(`${world.main}/${alias}`, 'latin1'), /^interpreter \/usr\/bin\/qemu-/m);
      world.must(program, '--package', 'qemu-user', '--remove', alias, `/usr/bin/qemu-${target}-static`);
      await until('the alias again', () =>
        isOn(world, alias) && readFileSync(`${world.main}/${alias}`, 'latin1').includes(world.store)
          ? true
          : null,
      );
      const { execs, failed } = await counter.stop();
      assert.ok(execs > 50, `${execs} execs only`);
      assert.equal(failed, 0, `${failed} of ${execs} execs failed`);
      assert.equal((await daemon.verified(Date.now())).ready, true);
      return undefined;
    },
});
