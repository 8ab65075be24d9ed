import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { health } from '../../src/cli/commands/health.ts';
import { status } from '../../src/cli/commands/status.ts';
import { type Context, contextOf } from '../../src/cli/terminal/context.ts';
import { type Config, parseConfig } from '../../src/core/config/config.ts';
import type { Matcher } from '../../src/core/kernel/registration.ts';
import { renderLine } from '../../src/core/kernel/registration.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';
import { rescueLine } from '../../src/core/text/rescue.ts';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import { get, httpOf } from './http-get.ts';
import { type Case, suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const native = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** Lines beside which the host's programs do not start; none of them is run through before it is gone. */
const bricks: Readonly<Record<string, Matcher>> = {
  'the architecture of the host': matcherOf(architectureOf(native) ?? assert.fail()),
  'every ELF file': magic('7f454c46'),
  'one bit of them': magic('7f', '01'),
  'all files': magic('00', '00', 200),
  'bytes behind the ELF header': magic('0600000004000000', undefined, 64),
  'the word size': magic('02', undefined, 4),
  'zeros where most programs have zeros': magic('00'.repeat(7), undefined, 9),
};

/** Names that have to be quoted. */
const names = ['brick', 'a b', "it's", 'two\nlines', 'ends in one\n', '%s\\045"$(id)', 'ü', '\xff\xfe'];

const told = Object.entries(bricks).map(([what, matcher], at): [string, Case] => [
  `an entry for ${what} is named in log and HTTP, with a line that removes it`,
  async (world) => {
    const name = names[at] ?? 'brick';
    const daemon = await world.startVerified({ platforms: target, flags: http(world) });
    const at1 = await httpOf(daemon);
    const shell = openShell();
    put(world, name, matcher);
    const line = rescueLine(world.main, name);
    const logged = await daemon.logged('the entry', (l) => l.problem === 'dangerous-entry');
    assert.equal(logged.subject, name);
    assert.ok(String(logged.detail).endsWith(line), String(logged.detail));
    assert.ok(!runs(), 'the entry stops programs');
    const report = JSON.parse((await get(at1, '/status')).body);
    const problem = report.problems.find((p: { code: string }) => p.code === 'dangerous-entry');
    assert.ok(problem.detail.endsWith(line));
    assert.equal(report.ready, false);
    const page = (await get(at1, '/')).body;
    assert.ok(page.includes('dangerous-entry') && page.includes('Programs of this host do not start'));
    assert.match((await get(at1, '/metrics')).body, /problems\{code="dangerous-entry",severity="error"\} 1/);
    const ready = await get(at1, '/readyz');
    assert.equal(ready.status, 503);
    assert.match(ready.body, /host-programs failed/);
    assert.equal((await get(at1, '/livez')).status, 200);
    assert.ok((await asked(world, health)).includes(line), 'health');
    // What people do: they type what they read, into a shell that is open.
    shell.type(problem.detail.split('To remove it: ')[1]);
    await until('the entry to go', () => (has(world, name) ? null : true));
    assert.ok(runs(), 'programs run again');
    shell.end();
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'dangerous-entry');
    await daemon.verified(Date.now());
    return undefined;
  },
]);

const all = { targets: 'all', names: [], faultOf: () => '' } as const;

await suite(import.meta.url, 'entries of others that stop the host', {
  ...Object.fromEntries(told),

  'are removed where the configuration says so, by whatever name and as often as they come': async (
    world,
  ) => {
    const daemon = await world.startVerified({ platforms: target, flags: ['--on-danger', 'remove'] });
    for (const [at, matcher] of Object.values(bricks).entries()) {
      const name = `${names[at % names.length]}`;
      const from = daemon.log.length;
      put(world, name, matcher);
      await until('the entry to go', () => (has(world, name) ? null : true));
      assert.ok(runs(), 'programs run again');
      const line = await daemon.logged('the removal', (l) => l.event === 'danger-removed', from);
      assert.equal(line.handler, name);
      assert.equal(line.severity, 'warn');
    }
    assert.ok(runs());
    return undefined;
  },

  'are found and removed among a thousand others': async (world) => {
    const daemon = await world.startVerified({ platforms: target, flags: ['--on-danger', 'remove'] });
    for (let at = 0; at < 1000; at++) {
      put(world, `other${at}`, magic(`58${at.toString(16).padStart(4, '0')}`));
      if (at === 500) put(world, 'brick', magic('7f454c46'));
    }
    await until('the entry to go', () => (has(world, 'brick') ? null : true));
    await daemon.logged('the removal', (l) => l.event === 'danger-removed' && l.handler === 'brick');
    await until('programs to run', () => (runs() ? true : null));
    assert.equal(readdirSync(world.main).filter((name) => name.startsWith('other')).length, 1000);
    return undefined;
  },

  'that come and go faster than they can be looked at leave nothing behind': async (world) => {
    const daemon = await world.startVerified({ platforms: target });
    for (let at = 0; at < 300; at++) {
      put(world, `brick${at}`, magic('7f454c46'));
      world.write(`${world.main}/brick${at}`, '-1');
      if (at % 20 === 0) await pause(1);
    }
    const since = Date.now();
    const report = await daemon.reported('that all is well', (r) => r.ready, since);
    assert.deepEqual(
      report.problems.map((p) => p.code).filter((code) => code === 'dangerous-entry'),
      [],
    );
    await daemon.verified(since);
    return undefined;
  },

  'are no reason to touch lines that only look like it': async (world) => {
    const flags = ['--on-danger', 'remove'];
    const daemon = await world.startVerified({ platforms: target, flags });
    const before = daemon.log.length;
    const harmless: Readonly<Record<string, Matcher>> = {
      appimage: magic('7f454c4600000000414902', 'ffffffff00000000ffffff'),
      'appimage-bytes': magic('414902', undefined, 8),
      wine: magic('4d5a'),
      ape: magic('4d5a71467044'),
      jar: { kind: 'extension', extension: 'jar' },
      python: { kind: 'extension', extension: 'py' },
      freebsd: magic('7f454c4602010109'),
      llvm: magic('4243'),
      foreign: matcherOf(architectureOf(target) ?? assert.fail()),
    };
    for (const [name, matcher] of Object.entries(harmless)) put(world, name, matcher);
    const since = Date.now();
    const report = await daemon.verified(since);
    assert.deepEqual(
      report.problems.filter((p) => ['dangerous-entry', 'native-taken'].includes(p.code)),
      [],
    );
    for (const name of Object.keys(harmless)) assert.ok(has(world, name), name);
    assert.ok(!daemon.log.slice(before).some((l) => l.event === 'danger-removed'));
    return undefined;
  },

  'keep the instance switched off, until they are gone': async (world) => {
    const daemon = await world.startVerified({ platforms: target });
    world.write(`${world.main}/status`, '0');
    await daemon.healed('status', 'status-zero');
    put(world, 'brick', magic('7f454c46'));
    await daemon.logged('the entry', (l) => l.problem === 'dangerous-entry');
    world.write(`${world.main}/status`, '0');
    await daemon.problem('status-zero');
    await pause(300);
    assert.ok(runs(), 'the keeper switched it on again');
    const report = await daemon.problem('dangerous-entry');
    assert.match(
      report.problems.find((p) => p.code === 'dangerous-entry')?.detail ?? '',
      /left off until then/,
    );
    const since = Date.now();
    world.write(`${world.main}/brick`, '-1');
    await daemon.verified(since);
    return undefined;
  },

  'are no matter while they are disabled': async (world) => {
    const daemon = await world.startVerified({ platforms: target });
    world.write(`${world.main}/status`, '0');
    put(world, 'brick', magic('7f454c46'));
    world.write(`${world.main}/brick`, '0');
    const since = Date.now();
    await daemon.verified(since);
    world.write(`${world.main}/brick`, '1');
    await daemon.logged('the entry', (l) => l.problem === 'dangerous-entry');
    world.write(`${world.main}/brick`, '0');
    await daemon.verified(Date.now());
    return undefined;
  },

  'are told of by status without a daemon': async (world) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    await asked(world, (context, config) => status(context, config, all));
    put(world, 'a b', magic('7f454c46'));
    const said = await asked(world, (context, config) => status(context, config, all));
    assert.ok(!runs());
    world.write(`${world.main}/a b`, '-1');
    assert.match(said, /dangerous-entry/);
    assert.ok(said.includes("echo -1 >'/proc/sys/fs/binfmt_misc/a b'"), said);
    return undefined;
  },

  'that were there before the keeper are found at its start': async (world) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const scripts = magic(Buffer.from('#!').toString('hex'));
    put(world, 'scripts', scripts, '/bin/true');
    const daemon = world.start({ platforms: target });
    const report = await daemon.problem('dangerous-entry');
    assert.equal(report.ready, false);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    const remover = await world.startVerified({ platforms: target, flags: ['--on-danger', 'remove'] });
    assert.ok(!has(world, 'scripts'));
    await remover.logged('the removal', (l) => l.event === 'danger-removed' && l.handler === 'scripts');
    return undefined;
  },

  'are not brought back where they are adopted, and not removed in a pause': async (world) => {
    const flags = ['--on-danger', 'remove', '--adopt', 'brick'];
    const daemon = await world.startVerified({ platforms: target, flags });
    put(world, 'brick', magic('7f454c46'));
    await daemon.logged('the removal', (l) => l.event === 'danger-removed');
    // Kept entries come back after two seconds without anybody at work.
    await pause(3500);
    assert.ok(!has(world, 'brick') && runs());
    assert.equal(cli(world, ['pause']).status, 0);
    put(world, 'brick', magic('7f454c46'));
    await daemon.logged('the entry', (l) => l.problem === 'dangerous-entry');
    await pause(300);
    assert.ok(has(world, 'brick'));
    world.write(`${world.main}/brick`, '-1');
    assert.equal(cli(world, ['resume']).status, 0);
    await daemon.verified(Date.now());
    return undefined;
  },

  'that take 32-bit programs which the host runs are named, also where they were there first': async (
    world,
  ) => {
    const emulator = '/usr/bin/qemu-i386-static';
    if (process.arch !== 'x64' || !existsSync(emulator)) return `needs x86_64 and ${emulator}`;
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const without = world.start({ platforms: target });
    const { native: runsHere } = await without.verified();
    assert.equal(await without.ended('SIGTERM'), 0);
    if (!runsHere.includes('i386')) return 'this host runs no 32-bit programs';
    const row = architectureOf('i386') ?? assert.fail();
    const put386 = (): void =>
      world.write(
        `${world.main}/register`,
        renderLine({ name: 'qemu-i386', matcher: matcherOf(row), interpreter: emulator, flags: 'F' }),
      );
    put386();
    const daemon = world.start({ platforms: '', flags: ['--on-danger', 'remove'] });
    const report = await daemon.problem('native-taken');
    assert.match(report.problems.find((p) => p.code === 'native-taken')?.detail ?? '', /32-bit programs/);
    assert.deepEqual(report.native, runsHere);
    assert.ok(!daemon.names().includes('keeper-i386'), 'what the host runs is not emulated');
    world.write(`${world.main}/qemu-i386`, '-1');
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'native-taken');
    const from = daemon.log.length;
    put386();
    await daemon.logged('it again', (l) => l.problem === 'native-taken', from);
    assert.ok(has(world, 'qemu-i386'));
    return undefined;
  },

  'of which only some files are concerned are named, and left alone': async (world) => {
    const daemon = await world.startVerified({ platforms: target, flags: ['--on-danger', 'remove'] });
    put(world, 'loader', { kind: 'extension', extension: '2' });
    put(world, 'perl', magic(Buffer.from('#!/usr/bin/perl').toString('hex')));
    const report = await daemon.reported(
      'both',
      (r) => r.problems.filter((p) => p.code === 'native-taken').length >= 2,
    );
    assert.equal(report.ready, true);
    assert.ok(has(world, 'loader') && has(world, 'perl'));
    return undefined;
  },
});

function http(world: World): string[] {
  return ['--http-listen', `unix:${world.run}/http.sock`, '--http-ui', 'always'];
}

function put(
  world: World,
  name: string,
  matcher: Matcher,
  interpreter = `/usr/bin/qemu-${target}-static`,
): void {
  world.write(`${world.main}/register`, renderLine({ name, matcher, interpreter, flags: '' }));
}

function has(world: World, name: string): boolean {
  return existsSync(Buffer.from(`${world.main}/${name}`, 'latin1'));
}

/** Whether a native program starts. */
function runs(): boolean {
  return spawnSync('/bin/true').status === 0;
}

/** A shell that was open before. */
function openShell(): { type(line: string): void; end(): void } {
  const shell = spawn('/bin/sh', [], { stdio: ['pipe', 'inherit', 'inherit'] });
  return {
    type: (line) => void shell.stdin.write(`${line}\n`),
    end: () => void shell.stdin.end(),
  };
}

type Command = (context: Context, config: Config) => Promise<unknown>;

/** What a command says whose process ran before. */
async function asked(world: World, command: Command): Promise<string> {
  let said = '';
  const say = (text: string): void => {
    said += text;
  };
  const env = {
    BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor,
    BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
    BINFMT_KEEPER_PLATFORMS: target,
  };
  const parsed = parseConfig({ flags: {}, env });
  assert.ok(parsed.ok);
  const context: Context = { ...contextOf({}), owns: true, out: say, err: say };
  await command(context, parsed.config);
  return said;
}

function magic(hex: string, mask = 'ff'.repeat(hex.length / 2), offset = 0): Matcher {
  return {
    kind: 'magic',
    offset,
    magic: Uint8Array.from(Buffer.from(hex, 'hex')),
    mask: Uint8Array.from(Buffer.from(mask, 'hex')),
  };
}
