import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from '../../src/core/report/report.ts';
import { cli } from './cli.ts';
import type { Daemon, DaemonOptions } from './daemon.ts';
import { startCounter } from './exec-counter.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
const alias = `qemu-${target}`;
const all = [ours, `keeper-${other}`, alias, `qemu-${other}`].sort();
/** Longer than the keeper leaves a name alone. */
const quiet = 2600;
const systemd = '/lib/systemd/systemd-binfmt';
const declaring = [
  ...['/etc/binfmt.d', '/usr/local/lib/binfmt.d', '/usr/lib/binfmt.d'],
  ...['/usr/share/binfmts', '/var/lib/binfmts'],
];

/** What the tool does with `--uninstall qemu-*` and then `--install`: one write each; a name that exists is only told. */
const tonistiigi = `cd "$1"; shift
for name in qemu-*; do printf %s -1 >"$name" || exit 1; done
for line; do printf %s "$line" >register || exit 1; done`;

/** What its register.sh does with \`--reset\`: a process for each entry, then the script that registers. */
const multiarch = `cd "$1"; shift
find . -type f -name 'qemu-*' -exec sh -c 'echo -1 >{}' \\; || exit 1
for line; do echo "$line" >register || exit 1; done`;

await suite(import.meta.url, 'aliases, on the real kernel', {
  'foreign AppImages run, which upstream’s bytes do not take: AI and a type at bytes 8 to 10, in files of two platforms':
    async (world) => {
      const daemon = await start(world);
      await settled(daemon);
      for (const platform of [target, other])
        for (const type of [1, 2]) {
          const program = world.probe(platform);
          const image = `${dirname(program)}/${platform}-${type}.AppImage`;
          const bytes = readFileSync(program);
          bytes.set([0x41, 0x49, type], 8);
          writeFileSync(image, bytes, { mode: 0o755 });
          const { status, stdout } = spawnSync(image, { input: 'x', encoding: 'latin1' });
          assert.deepEqual([status, stdout.trim()], [0, image]);
        }
      return undefined;
    },

  'two seconds after a start each platform has its second entry: the bytes, F and `enabled` that others look for; status shows one row':
    async (world) => {
      const daemon = await start(world);
      const report = await settled(daemon);
      assert.deepEqual(daemon.names().sort(), all);
      const text = readFileSync(`${world.main}/${alias}`, 'latin1');
      // Ours takes AppImages too, so its mask lets the bits of AI\x02 pass.
      const own = readFileSync(`${world.main}/${ours}`, 'latin1');
      assert.equal(text.replace(/^mask .*/m, ''), own.replace(/^mask .*/m, ''));
      assert.notEqual(text, own);
      // What apptainer asks of an entry, whichever it is: canEmulate in its machine.go.
      const lines = text.split('\n');
      assert.equal(lines[0], 'enabled');
      assert.ok(lines.some((line) => /^flags: .*F/.test(line)));
      const magic =
        Buffer.from(foreignLine('x', target, '/x'))
          .toString('latin1')
          .split(':')[4] ?? '';
      assert.ok(lines.includes(`magic ${hexOf(magic)}`));
      assert.equal(report.handlers.length, 2);
      assert.equal(report.instance.foreign, 0);
      assert.deepEqual(report.problems, []);
      assert.equal(report.heals.total, 0);
      return undefined;
    },

  'dense execs beside 40 deletes and 40 switchings-off of the handler’s entry, and some of the alias: none fails':
    async (world) => {
      const daemon = await start(world);
      await settled(daemon);
      const counter = await startCounter(world, 3);
      for (const value of ['-1', '0']) {
        for (let round = 0; round < 40; round++) {
          world.write(`${world.main}/${ours}`, value);
          await until('the heal', () => (isOn(world, ours) ? true : null));
          await pause(40);
        }
      }
      for (const value of ['-1', '0', '-1']) {
        world.write(`${world.main}/${alias}`, value);
        await until('the alias again', () => (isOn(world, alias) ? true : null));
        await pause(100);
      }
      const { execs, failed } = await counter.stop();
      assert.ok(execs > 100, `${execs} execs only`);
      assert.equal(failed, 0, `${failed} of ${execs} execs failed`);
      return undefined;
    },

  'a newer emulator: both entries are replaced, the alias after two quiet seconds, and no exec fails': async (
    world,
  ) => {
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    const source = `${sources}/qemu-${target}-static`;
    copyFileSync(`/usr/bin/qemu-${target}-static`, source);
    const daemon = await start(world, { flags: ['--interpreters-sources', sources], platforms: target });
    await until('the alias', () => (isOn(world, alias) ? true : null));
    const old = interpreterOf(world, alias);
    const counter = await startCounter(world, 2);
    appendFileSync(source, 'newer');
    chmodSync(source, 0o755);
    await until('another handler', () => (interpreterOf(world, ours) === old ? null : true));
    await until('another alias', () =>
      interpreterOf(world, alias) === interpreterOf(world, ours) ? true : null,
    );
    const { execs, failed } = await counter.stop();
    assert.equal(failed, 0, `${failed} of ${execs} execs failed`);
    assert.deepEqual((await daemon.verified()).problems, []);
    return undefined;
  },

  'in place: the alias is known as ours by its record, is renewed with its file, and goes with uninstall':
    async (world) => {
      const sources = `${world.dir}/sources`;
      mkdirSync(sources);
      const source = `${sources}/qemu-${target}-static`;
      copyFileSync(`/usr/bin/qemu-${target}-static`, source);
      const flags = ['--interpreters-sources', sources, '--interpreters-deploy', 'in-place'];
      const first = await start(world, { flags, platforms: target });
      await until('the alias', () => (isOn(world, alias) ? true : null));
      await first.ended('SIGTERM');
      const before = idOf(world, alias);
      const next = await start(world, { flags, platforms: target });
      await pause(quiet);
      assert.equal(idOf(world, alias), before, 'what is right stays');
      copyFileSync(source, `${sources}/new`);
      appendFileSync(`${sources}/new`, 'newer');
      chmodSync(`${sources}/new`, 0o755);
      world.must('mv', `${sources}/new`, source);
      await until('another registration', () =>
        isOn(world, alias) && idOf(world, alias) !== before ? true : null,
      );
      assert.equal((await next.verified()).instance.foreign, 0);
      await next.ended('SIGTERM');
      const { status, said } = cli(world, ['uninstall', ...flags]);
      assert.equal(status, 0, said);
      assert.deepEqual(names(world), []);
      return undefined;
    },

  'auto leaves a name that somebody declares alone, in each place where that is done; always takes it where nobody has it':
    async (world) => {
      const root = `${world.dir}/root`;
      put(
        `${root}/usr/lib/binfmt.d/${alias}.conf`,
        foreignLine(alias, target, '/usr/bin/theirs').toString('latin1'),
      );
      put(`${root}/usr/share/binfmts/qemu-${other}`, 'package qemu-user-static\n');
      const daemon = await start(world);
      await pause(quiet);
      assert.deepEqual(daemon.names().sort(), all.slice(0, 2));
      world.must('mv', `${root}/usr/share/binfmts`, `${root}/var-lib-binfmts`);
      mkdirSync(`${root}/var/lib`, { recursive: true });
      world.must('mv', `${root}/var-lib-binfmts`, `${root}/var/lib/binfmts`);
      daemon.kill('SIGHUP');
      await pause(quiet);
      assert.deepEqual(daemon.names().sort(), all.slice(0, 2));
      world.configure('aliases: always\n');
      await until('both', () => (isOn(world, alias) && isOn(world, `qemu-${other}`) ? true : null));
      world.configure('aliases: off\n');
      await until('none', () => (daemon.names().length === 2 ? true : null));
      await pause(quiet);
      assert.deepEqual(daemon.names().sort(), all.slice(0, 2));
      return undefined;
    },

  'what somebody else registered under the name stays, whatever is configured, and gets company when it is gone':
    async (world) => {
      mountMain(world);
      world.register(alias, `/usr/bin/qemu-${target}-static`, 'F');
      const before = [idOf(world, alias), readFileSync(`${world.main}/${alias}`, 'latin1')];
      const daemon = await start(world, { flags: ['--aliases', 'always'] });
      await until('the other one', () => (isOn(world, `qemu-${other}`) ? true : null));
      await pause(300);
      assert.deepEqual([idOf(world, alias), readFileSync(`${world.main}/${alias}`, 'latin1')], before);
      world.write(`${world.main}/${alias}`, '-1');
      await until('ours', () => (isOn(world, alias) ? true : null));
      assert.ok(interpreterOf(world, alias).startsWith(world.store));
      assert.deepEqual((await daemon.verified()).problems, []);
      return undefined;
    },

  'tonistiigi’s uninstall and install, multiarch’s reset: 30 of each at work, none of their lines is refused, no exec fails':
    async (world) => {
      const daemon = await start(world);
      await settled(daemon);
      const counter = await startCounter(world, 2);
      for (let round = 0; round < 30; round++) {
        for (const tool of [tonistiigi, multiarch]) {
          const { status, said } = world.command('sh', '-c', tool, 'tool', world.main, ...lines());
          assert.deepEqual([status, said], [0, ''], `round ${round}`);
        }
      }
      const { execs, failed } = await counter.stop();
      assert.equal(failed, 0, `${failed} of ${execs} execs failed`);
      assert.equal(interpreterOf(world, alias), `/usr/bin/qemu-${target}-static`, 'theirs stays');
      await pause(quiet);
      assert.equal(interpreterOf(world, alias), `/usr/bin/qemu-${target}-static`, 'theirs stays');
      await daemon.verified(Date.now());
      // The file is there already: tonistiigi says `already registered`, and the platform runs.
      for (const name of [alias, `qemu-${other}`]) world.write(`${world.main}/${name}`, '-1');
      await until('ours', () => (isOn(world, alias) ? true : null));
      assert.throws(() => world.register(alias), { code: 'EEXIST' });
      return undefined;
    },

  'systemd-binfmt, 30 restarts: none fails, with aliases standing and with lines of its own under their names':
    async (world) => {
      if (!existsSync(systemd)) return `no ${systemd}`;
      nothingDeclared(world);
      const daemon = await start(world, {}, '');
      await settled(daemon);
      for (let round = 0; round < 30; round++) {
        // Every third time the aliases are back when it begins.
        if (round % 10 === 0) await until('the alias', () => (isOn(world, alias) ? true : null));
        const { status, said } = await run(systemd);
        assert.equal(status, 0, `restart ${round}: ${said}`);
      }
      await until('the alias', () => (isOn(world, alias) ? true : null));
      writeFileSync(
        `/run/binfmt.d/${alias}.conf`,
        foreignLine(alias, target, `/usr/bin/qemu-${target}-static`),
      );
      for (let round = 0; round < 30; round++) {
        const { status, said } = await run(systemd);
        assert.equal(status, 0, `restart ${round}: ${said}`);
      }
      await pause(quiet);
      assert.equal(interpreterOf(world, alias), `/usr/bin/qemu-${target}-static`, 'theirs stays');
      assert.ok(interpreterOf(world, `qemu-${other}`).startsWith(world.store));
      assert.equal((await run(systemd, '--unregister')).status, 0);
      await pause(quiet);
      assert.ok(isOn(world, `qemu-${other}`));
      assert.equal(isOn(world, alias), false, 'it is declared');
      return undefined;
    },

  'publish.binfmtD: whoever registers the line, it is the same one; a line of others with our emulator is left as it is':
    async (world) => {
      if (!existsSync(systemd)) return `no ${systemd}`;
      nothingDeclared(world);
      const daemon = await start(world, { flags: ['--publish-binfmt-d', 'true'] }, '');
      await settled(daemon);
      const text = textOf(world, alias);
      for (let round = 0; round < 20; round++) {
        const { status, said } = await run(systemd);
        assert.equal(status, 0, `restart ${round}: ${said}`);
      }
      assert.equal(textOf(world, alias), text);
      await pause(quiet);
      assert.deepEqual([textOf(world, alias), daemon.names().sort()], [text, all]);
      const line = readFileSync(`/run/binfmt.d/${alias}.conf`, 'latin1').replace(/^#.*\n/gm, '');
      writeFileSync(`/etc/binfmt.d/${alias}.conf`, line.replace(/:[A-Z]+\n$/, ':F\n'));
      await pause(500);
      assert.equal((await run(systemd)).status, 0);
      await pause(quiet);
      assert.match(textOf(world, alias), /^flags: F$/m);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      assert.deepEqual(names(world), all);
      return undefined;
    },

  'our own drop-in spellings beside the daemon: removed aliases come back, its installs find them, and all end with 0':
    async (world) => {
      const daemon = await start(world);
      await settled(daemon);
      const removed = cli(world, ['--uninstall', 'qemu-*']);
      assert.equal(removed.status, 0, removed.said);
      assert.deepEqual(names(world), all.slice(0, 2));
      const installed = cli(world, ['--install', target]);
      assert.equal(installed.status, 0, installed.said);
      await until('both', () => (names(world).join() === all.join() ? true : null));
      const again = cli(world, ['--reset', '-p', 'yes', '--install', target]);
      assert.equal(again.status, 0, again.said);
      await until('both', () => (names(world).join() === all.join() ? true : null));
      await daemon.verified(Date.now());
      return undefined;
    },

  'they go: with uninstall of one platform, with onStop: remove, with uninstall when nothing runs; and stay over a restart':
    async (world) => {
      const daemon = await start(world);
      await settled(daemon);
      const one = cli(world, ['uninstall', other]);
      assert.equal(one.status, 0, one.said);
      assert.deepEqual(names(world), [ours, alias].sort());
      const back = cli(world, ['install', other]);
      assert.equal(back.status, 0, back.said);
      await until('all', () => (names(world).join() === all.join() ? true : null));
      const ids = all.map((name) => idOf(world, name));
      assert.equal(await daemon.ended('SIGTERM'), 0);
      const next = await start(world);
      await pause(quiet);
      assert.deepEqual(
        all.map((name) => idOf(world, name)),
        ids,
      );
      await next.ended('SIGKILL');
      const alone = cli(world, ['uninstall']);
      assert.equal(alone.status, 0, alone.said);
      assert.deepEqual(names(world), []);
      const last = await start(world, { flags: ['--on-stop', 'remove'] });
      await settled(last);
      assert.equal(await last.ended('SIGTERM'), 0);
      assert.deepEqual(names(world), []);
      return undefined;
    },
});

/** A daemon with the built-in setting; declarations are those below `root`, as a rule not this machine's. */
function start(world: World, options: DaemonOptions = {}, root = `${world.dir}/root`): Promise<Daemon> {
  // An empty variable counts as unset.
  const env = { BINFMT_KEEPER_ALIASES: '', BINFMT_KEEPER_BINFMT_D_ROOT: root };
  return world.startVerified({ ...options, env });
}

/** All of ours and their aliases are there. */
async function settled(daemon: Daemon): Promise<Report> {
  await until('the aliases', () => (daemon.names().length === all.length ? true : null));
  return daemon.verified(Date.now());
}

/** Where the real systemd-binfmt looks nothing is declared. */
function nothingDeclared(world: World): void {
  world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'run', '/run');
  mkdirSync('/run/binfmt.d');
  for (const dir of declaring.filter(existsSync))
    world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', dir);
  mountMain(world);
}

function mountMain(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}

/** Lines as other tools write them, one for each platform. */
function lines(): readonly string[] {
  return targets.map((t) => `:qemu-${t}:M:0:${magicWords(t)}:/usr/bin/qemu-${t}-static:CF`);
}

/** Magic and mask as the scripts have them: every byte an escape, since dash and bash differ in the rest. */
function magicWords(t: string): string {
  const [, , , , magic = '', mask = ''] = foreignLine('x', t, '/x').toString('latin1').split(':');
  return `${escaped(magic)}:${escaped(mask)}`;
}

function escaped(part: string): string {
  return hexOf(part).replaceAll(/../g, '\\x$&');
}

function hexOf(part: string): string {
  const bytes = [...part.matchAll(/\\x([0-9a-f]{2})|(.)/gs)];
  return bytes.map(([, hex, char = '']) => hex ?? Buffer.from(char, 'latin1').toString('hex')).join('');
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function names(world: World): readonly string[] {
  const { said } = world.command('ls', world.main);
  return said
    .split('\n')
    .filter((name) => !['', 'register', 'status'].includes(name))
    .sort();
}

function isOn(world: World, name: string): boolean {
  return textOf(world, name).startsWith('enabled');
}

function interpreterOf(world: World, name: string): string {
  return /^interpreter (.*)$/m.exec(textOf(world, name))?.[1] ?? '';
}

/** Empty where there is none of that name. */
function textOf(world: World, name: string): string {
  try {
    return readFileSync(`${world.main}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

function idOf(world: World, name: string): string {
  return world.command('stat', '-c', '%i', `${world.main}/${name}`).said;
}

function run(program: string, ...args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, said })));
}
