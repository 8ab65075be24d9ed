import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type Called, type Container, callInContainer, shareRunDirectory } from './drop-in-call.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const name = `qemu-${target}`;
const emulator = `/usr/bin/qemu-${target}-static`;
const platformOf: Readonly<Record<string, string>> = {
  aarch64: 'linux/arm64',
  riscv64: 'linux/riscv64',
  s390x: 'linux/s390x',
};
const platform = platformOf[target] ?? '';
const list = targets.map((t) => platformOf[t]).join(',');

interface Status {
  readonly supported: readonly string[];
  readonly emulators: readonly string[];
}

await suite(import.meta.url, 'a pipeline of another tool needs only another image name', {
  'docker/setup-qemu-action: version, uninstall, install, no arguments, each in a container of its own':
    async (world) => {
      hostWithMainMount(world);
      world.register('qemu-old');
      await replay(world, 'all');
      assert.ok(!entries(world).includes('qemu-old'));
      assertRuns(world, true);
      return undefined;
    },

  'the same where the host has no binfmt_misc of its own and only a volume is shared': async (world) => {
    world.command('umount', '-a', '-t', 'binfmt_misc');
    shareRunDirectory(world);
    await replay(world, list, { volume: true });
    assert.ok(!world.isMounted(world.main));
    assert.ok(world.isMounted(world.anchor));
    assertRuns(world, true);
    return undefined;
  },

  'where nothing outlives the container, install fails, names the volume and prints the JSON all the same':
    async (world) => {
      const called = await callInContainer(world, ['--install', list]);
      assert.equal(called.status, 1, called.stderr);
      assert.deepEqual(read(called).emulators, []);
      assert.ok(!read(called).supported.includes(platform));
      assert.match(lastLine(called), /-v \S+:\S+:rshared/);
      assertRuns(world, false);
      return undefined;
    },

  '--install adds to what is there, also to what was installed before': async (world) => {
    hostWithMainMount(world);
    world.register('python3.12', '/bin/true', '');
    await ok(world, ['--install', target]);
    const before = entryOf(world, name);
    await ok(world, ['--install', other]);
    assert.deepEqual(entries(world), ['python3.12', name, `qemu-${other}`].sort());
    assert.deepEqual(entryOf(world, name), before);
    assert.match(before.text, /^flags: POCF$/m);
    assertRuns(world, true);
    return undefined;
  },

  '--uninstall reaches entries called qemu-* only, whoever made them, and names each with its owner': async (
    world,
  ) => {
    hostWithMainMount(world);
    for (const foreign of ['python3.12', 'WSLInterop', 'keeper-x']) world.register(foreign, '/bin/true', '');
    world.register('qemu-theirs');
    await ok(world, ['--install', list]);
    const some = await ok(world, ['--uninstall', platform]);
    assert.match(
      some.stderr,
      new RegExp(`^uninstalling: ${name} OK: ours, interpreter ${world.store}/`, 'm'),
    );
    assert.ok(entries(world).includes('qemu-theirs'));
    const all = await ok(world, ['--uninstall', '*']);
    assert.match(all.stderr, /^uninstalling: qemu-theirs OK: somebody else's, interpreter \/usr\/bin\//m);
    assert.match(all.stderr, /left alone: .*python3\.12/);
    assert.deepEqual(entries(world), ['WSLInterop', 'keeper-x', 'python3.12']);
    assert.deepEqual([...read(all).emulators], ['WSLInterop', 'keeper-x', 'python3.12']);
    const again = await ok(world, ['--uninstall', 'qemu-*']);
    assert.match(again.stderr, /nothing of that name/);
    for (const word of ['python3.12', 'WSLInterop', 'status', 'keeper-x', 'nonsense']) {
      const { status, stdout } = await callInContainer(world, ['--uninstall', word]);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    }
    assert.deepEqual(entries(world), ['WSLInterop', 'keeper-x', 'python3.12']);
    return undefined;
  },

  'a typo ends with 2 and a suggestion, and nothing was changed': async (world) => {
    hostWithMainMount(world);
    world.register('qemu-old');
    const called = await callInContainer(world, ['--uninstall', 'qemu-*', '--install', 'arm46']);
    assert.deepEqual({ status: called.status, stdout: called.stdout }, { status: 2, stdout: '' });
    assert.match(called.stderr, /did you mean arm64/);
    assert.deepEqual(entries(world), ['qemu-old']);
    return undefined;
  },

  'an entry of somebody else that works stays': async (world) => {
    hostWithMainMount(world);
    world.register(name);
    const before = entryOf(world, name);
    const called = await ok(world, ['--install', target]);
    assert.match(called.stderr, new RegExp(`^keeping ${name} \\(somebody else's`, 'm'));
    assert.deepEqual(entryOf(world, name), before);
    return undefined;
  },

  'one that is broken is replaced': async (world) => {
    hostWithMainMount(world);
    world.register(name, '/bin/true');
    const called = await ok(world, ['--install', target]);
    assert.match(called.stderr, new RegExp(`^replacing ${name} .*: it does not work`, 'm'));
    assertOurs(world);
    return undefined;
  },

  'one that lacks F is replaced, for it does not work in containers': async (world) => {
    hostWithMainMount(world);
    world.register(name, emulator, '');
    await ok(world, ['--install', target]);
    assertOurs(world);
    return undefined;
  },

  'an older QEMU is replaced without a failed exec, a newer one stays': async (world) => {
    hostWithMainMount(world);
    const old = `${world.dir}/qemu-old`;
    if (!emulatorOf(world, old, '0')) return 'the version of the emulator cannot be changed';
    world.register(name, old);
    await ok(world, ['--uninstall', 'nothing-*']);
    const prober = await world.prober();
    const called = await ok(world, ['--install', target]);
    await prober.assertUnbroken();
    assert.match(called.stderr, new RegExp(`^replacing ${name} .*: QEMU \\S+ is older than`, 'm'));
    assertOurs(world);
    prober.kill();
    await ok(world, ['--uninstall', 'qemu-*']);
    const fresh = `${world.dir}/qemu-new`;
    assert.ok(emulatorOf(world, fresh, '9'));
    world.register(name, fresh);
    const before = entryOf(world, name);
    const kept = await ok(world, ['--install', target]);
    assert.match(kept.stderr, new RegExp(`^keeping ${name} `, 'm'));
    assert.deepEqual(entryOf(world, name), before);
    return undefined;
  },

  'multiarch/qemu-user-static: --reset -p yes sets F without C and loses no exec of what was there': async (
    world,
  ) => {
    hostWithMainMount(world);
    world.register('qemu-stray', '/bin/true', '');
    world.register(name);
    const prober = await probing(world);
    const env = { QEMU_BINARY_PATH: someEmulators(world) };
    await ok(world, ['--reset', '-p', 'yes'], { env });
    await prober.assertUnbroken();
    assert.deepEqual(entries(world), targets.map((t) => `qemu-${t}`).sort());
    assert.match(entryOf(world, name).text, /^flags: PF$/m);
    await ok(world, ['--reset', '-p', 'yes', '-c', 'yes'], { env });
    assert.match(entryOf(world, name).text, /^flags: POCF$/m);
    await prober.assertUnbroken();
    return undefined;
  },

  'a platform whose emulator does not work is a failure, and the others are there': async (world) => {
    hostWithMainMount(world);
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    symlinkSync(`/usr/bin/qemu-${other}-static`, `${sources}/qemu-${other}-static`);
    const called = await callInContainer(world, ['--install', list], { env: { QEMU_BINARY_PATH: sources } });
    assert.equal(called.status, 1);
    assert.match(lastLine(called), new RegExp(`${target}: source-missing: `));
    assert.ok(read(called).supported.includes(platformOf[other] ?? ''));
    assert.ok(!read(called).supported.includes(platform));
    return undefined;
  },

  'with a daemon, --install asks it': async (world) => {
    shareRunDirectory(world);
    const daemon = await world.startVerified({ platforms: target });
    const called = await ok(world, ['--install', list], { volume: true });
    assert.match(called.stderr, /kept by the daemon/);
    const { supported, emulators } = read(called);
    for (const one of list.split(',')) assert.ok(supported.includes(one), called.stdout);
    assert.deepEqual([...emulators], targets.map((t) => `keeper-${t}`).sort());
    await daemon.verified();
    return undefined;
  },

  'all asked of a daemon adds what there are emulators for, and a reset leaves its entries alone': async (
    world,
  ) => {
    hostWithMainMount(world);
    world.register('qemu-stray', '/bin/true', '');
    shareRunDirectory(world);
    const daemon = await world.startVerified({
      platforms: target,
      flags: ['--interpreters-sources', someEmulators(world)],
    });
    const prober = await world.prober();
    const called = await ok(world, ['--reset', '-p', 'yes'], { volume: true });
    assert.deepEqual(entries(world), targets.map((t) => `keeper-${t}`).sort());
    for (const one of list.split(',')) assert.ok(read(called).supported.includes(one), called.stdout);
    await prober.assertUnbroken();
    await daemon.verified();
    return undefined;
  },

  'all means what can be had there, in every spelling and by a daemon, of which nothing else is asked for good':
    async (world) => {
      hostWithMainMount(world);
      shareRunDirectory(world);
      const sources = someEmulators(world);
      const env = { QEMU_BINARY_PATH: sources, BINFMT_KEEPER_INTERPRETERS_SOURCES: sources };
      const spellings = [
        ['install', 'all'],
        ['--install', 'all'],
        ['--install=all'],
        ['--reset', '-p', 'yes'],
      ];
      for (const words of spellings) await ok(world, words, { env });
      await ok(world, ['uninstall']);
      const daemon = await world.startVerified({
        platforms: target,
        flags: ['--interpreters-sources', sources],
      });
      const asked = `${world.run}/asked.json`;
      for (const words of [['--install', 'all'], ...spellings, ...spellings]) {
        await ok(world, words, { volume: true });
        if (words[0] === 'install') continue;
        const { base, added, dropped } = JSON.parse(readFileSync(asked, 'utf8'));
        assert.deepEqual([base === 'nothing', [...added].sort(), dropped], [false, [...targets].sort(), []]);
      }
      const { problems } = await daemon.verified();
      assert.deepEqual(
        problems.filter((p) => p.severity === 'error'),
        [],
      );
      return undefined;
    },

  'a daemon that keeps qemu- names itself: a removal that it undoes is a failure': async (world) => {
    shareRunDirectory(world);
    await world.startVerified({ flags: ['--names', 'qemu-'] });
    const called = await callInContainer(world, ['--uninstall', target], { volume: true });
    assert.equal(called.status, 1, called.stderr);
    assert.match(lastLine(called), new RegExp(`${name} came back`));
    await ok(world, ['--install', list], { volume: true });
    assertRuns(world, true);
    return undefined;
  },

  'a daemon and other one-shots leave such entries alone, and these leave theirs': async (world) => {
    hostWithMainMount(world);
    shareRunDirectory(world);
    await ok(world, ['install', ...targets], { volume: true });
    const both = targets.flatMap((t) => [`keeper-${t}`, `qemu-${t}`]).sort();
    await ok(world, ['--install', list], { volume: true });
    assert.deepEqual(entries(world), both);
    const daemon = await world.startVerified({ flags: ['--on-stop', 'remove'] });
    assert.deepEqual(entries(world), both);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.deepEqual(entries(world), targets.map((t) => `qemu-${t}`).sort());
    assertRuns(world, true);
    return undefined;
  },

  'beside a daemon that cannot be reached it registers under qemu- names, and neither fights the other':
    async (world) => {
      const daemon = await world.startVerified();
      const prober = await world.prober();
      const called = await ok(world, ['--install', list]);
      assert.match(called.stderr, /does not answer/);
      assert.deepEqual(entries(world), targets.flatMap((t) => [`keeper-${t}`, `qemu-${t}`]).sort());
      assert.match(called.stderr, new RegExp(`OK: .*${world.store}/`));
      await daemon.verified();
      await ok(world, ['--uninstall', 'qemu-*']);
      await prober.assertUnbroken();
      assert.deepEqual(entries(world), targets.map((t) => `keeper-${t}`).sort());
      assert.equal(daemon.report()?.heals.recent.filter((h) => h.reason === 'missing').length, 0);
      return undefined;
    },

  'two at once both succeed': async (world) => {
    hostWithMainMount(world);
    await Promise.all([ok(world, ['--install', list]), ok(world, ['--install', list])]);
    assert.deepEqual(entries(world), targets.map((t) => `qemu-${t}`).sort());
    assertRuns(world, true);
    return undefined;
  },
});

/** As the action does: it throws on any status but 0, parses stdout and joins the platforms. */
async function replay(world: World, platforms: string, container: Container = {}): Promise<void> {
  const { stdout } = await ok(world, ['--version'], container);
  assert.match(stdout, /^binfmt-keeper\/\S+ qemu\/v[0-9]\S* node\/\S+\n$/);
  await ok(world, ['--uninstall', 'qemu-*'], container);
  await ok(world, ['--install', platforms], container);
  const { supported, emulators } = read(await ok(world, [], container));
  for (const one of list.split(',')) assert.ok(supported.join(',').split(',').includes(one));
  for (const t of targets) assert.ok(emulators.includes(`qemu-${t}`));
  assert.match(supported[0] ?? '', /^linux\/(amd64|arm64)$/);
}

async function ok(world: World, args: readonly string[], container: Container = {}): Promise<Called> {
  const called = await callInContainer(world, args, container);
  assert.equal(called.status, 0, `${args.join(' ')}: ${called.stderr}${called.stdout}`);
  return called;
}

function read({ stdout }: Called): Status {
  return JSON.parse(stdout.trim());
}

function lastLine({ stderr }: Called): string {
  return stderr.trim().split('\n').at(-1) ?? '';
}

function hostWithMainMount(world: World): void {
  if (!world.isMounted(world.main)) world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}

function entries(world: World): readonly string[] {
  return readdirSync(world.main)
    .filter((file) => file !== 'register' && file !== 'status')
    .sort();
}

function entryOf(world: World, entry: string): { text: string; ino: number } {
  const path = `${world.main}/${entry}`;
  return { text: readFileSync(path, 'latin1'), ino: statSync(path).ino };
}

function assertOurs(world: World): void {
  assert.match(entryOf(world, name).text, new RegExp(`^interpreter ${world.store}/`, 'm'));
}

/** The probes lie where the containers wrote them. */
function assertRuns(world: World, expected: boolean): void {
  for (const t of targets) {
    const { status, stdout } = spawnSync(world.probe(t), { input: 'x', encoding: 'utf8', timeout: 20_000 });
    assert.equal(status === 0 && stdout === `${world.probe(t)}\n`, expected, t);
  }
}

async function probing(world: World) {
  await ok(world, []);
  return world.prober();
}

function someEmulators(world: World): string {
  const directory = `${world.dir}/emulators`;
  mkdirSync(directory);
  for (const t of targets) symlinkSync(`/usr/bin/qemu-${t}-static`, `${directory}/qemu-${t}-static`);
  return directory;
}

/** A copy that says it has another major version; false where its version does not stand in it as plain text. */
function emulatorOf(world: World, path: string, digit: '0' | '9'): boolean {
  const version = /version (\d+)\.(\S+)/.exec(world.command(emulator, '--version').said);
  const bytes = readFileSync(emulator).toString('latin1');
  const [whole, major = '', minor = ''] = version ?? [];
  const told = `${major}.${minor}`;
  if (whole === undefined || !bytes.includes(told)) return false;
  const changed = bytes.replaceAll(told, `${digit.repeat(major.length)}.${minor}`);
  writeFileSync(path, Buffer.from(changed, 'latin1'), { mode: 0o755 });
  return true;
}
