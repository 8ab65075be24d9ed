import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/core/report/report.ts';
import { probeBytes } from '../../src/host/probe/files.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const here = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const native = probeBytes(here) ?? new Uint8Array();
const quick = ['--resync', '500ms'];

await suite(import.meta.url, 'interpreters of entries, whosever they are', {
  'that are gone, lost their x bit, belong to another machine or hang are told by their cause, and told solved when they are back':
    async (world) => {
      mountMain(world);
      const bin = directory(world, 'bin');
      for (const name of ['gone', 'mode', 'noexec', 'machine']) program(`${bin}/${name}`);
      const served = directory(world, 'served');
      foreign(world, 'gone', `${bin}/gone`);
      foreign(world, 'mode', `${bin}/mode`);
      foreign(world, 'machine', `${bin}/machine`);
      foreign(world, 'hung', `${served}/run`);
      foreign(world, 'pinned', `${bin}/machine`, 'F');
      const daemon = world.start({ platforms: target, flags: quick });
      const first = await daemon.verified();
      assert.deepEqual(
        first.problems.map((p) => [p.code, p.subject]),
        [['entry-interpreter-missing', 'hung']],
      );
      rmSync(`${bin}/gone`);
      chmodSync(`${bin}/mode`, 0o644);
      writeFileSync(`${bin}/machine.new`, probeBytes('s390x') ?? '', { mode: 0o755 });
      renameSync(`${bin}/machine.new`, `${bin}/machine`);
      if (mayHang()) hang(world, served);
      const expected: Record<string, readonly [string, RegExp]> = {
        gone: ['entry-interpreter-missing', /bin\/gone does not exist: each exec ends with ENOENT$/],
        mode: ['entry-interpreter-mode', /bin\/mode has no execute permission: each exec ends with EACCES$/],
        machine: [
          'entry-interpreter-machine',
          /machine is a program for s390x, which nothing runs here: each exec ends with ENOEXEC$/,
        ],
        pinned: [
          'stale-interpreter',
          /machine was replaced since; .*; the new one cannot serve: .* program for s390x/,
        ],
        ...(mayHang()
          ? {
              hung: [
                'entry-interpreter-hung',
                /served\/run does not answer within 2 s: each exec hangs$/,
              ] as const,
            }
          : {}),
      };
      const told = await daemon.reported('all of them', (r) =>
        Object.entries(expected).every(([name, [code]]) => problem(r, name)?.code === code),
      );
      for (const [name, [, detail]] of Object.entries(expected))
        assert.match(problem(told, name)?.detail ?? '', detail);
      // As it is said, so it is.
      assert.deepEqual(
        ['gone', 'mode', 'pinned'].map((name) => run(world, name)),
        ['ENOENT', 'EACCES', 0],
      );
      assert.ok(told.ready, 'entries of others do not count');
      program(`${bin}/gone`);
      chmodSync(`${bin}/mode`, 0o755);
      await daemon.reported('both solved', (r) =>
        ['gone', 'mode'].every((name) => problem(r, name) === undefined),
      );
      return undefined;
    },

  'an interpreter that leads back to its own entry, by bytes or by its name, is told, and so it is': async (
    world,
  ) => {
    mountMain(world);
    const bin = directory(world, 'bin');
    writeFileSync(`${bin}/self`, '\0self', { mode: 0o755 });
    for (const name of ['named.loop', 'fixed.pin', 'one.two', 'two.one', 'fine.end', 'plain'])
      program(`${bin}/${name}`);
    foreign(world, 'self', `${bin}/self`);
    const extension = (name: string, interpreter: string, flags = ''): void =>
      world.write(`${world.main}/register`, `:${name}:E::${name}::${bin}/${interpreter}:${flags}`);
    extension('loop', 'named.loop');
    extension('pin', 'fixed.pin', 'F');
    extension('one', 'one.two');
    extension('two', 'two.one');
    extension('start', 'fine.end');
    extension('end', 'plain');
    const daemon = world.start({ platforms: target, flags: quick });
    const looping = ['self', 'loop', 'pin', 'one', 'two'];
    const report = await daemon.reported('each of them', (r) =>
      looping.every((name) => problem(r, name)?.code === 'entry-interpreter-loop'),
    );
    assert.deepEqual(
      ['start', 'end'].map((name) => problem(report, name)),
      [undefined, undefined],
    );
    const ends = (name: string): unknown => {
      const file = `${world.dir}/file${name === 'self' ? '' : `.${name}`}`;
      writeFileSync(file, name === 'self' ? '\0self' : 'text', { mode: 0o755 });
      const { error, status } = spawnSync(file, { input: '' });
      return (error as NodeJS.ErrnoException | undefined)?.code ?? status;
    };
    assert.deepEqual(
      looping.map((name) => [name, ends(name)]),
      looping.map((name) => [name, 'ELOOP']),
    );
    // The status is that of the program which serves as an interpreter.
    assert.equal(ends('start'), ends('end'));
    assert.equal(typeof ends('end'), 'number');
    return undefined;
  },

  'F: a file that is replaced is taken by own, declared and adopted entries without an exec lost, and told of those of others':
    async (world) => {
      mountMain(world);
      const bin = directory(world, 'bin');
      const names = ['own', 'declared', 'adopted', 'theirs'];
      for (const name of names) program(`${bin}/${name}`);
      directory(world, 'root');
      mkdirSync(`${world.dir}/root/etc/binfmt.d`, { recursive: true });
      writeFileSync(`${world.dir}/root/etc/binfmt.d/d.conf`, `${line('declared', `${bin}/declared`, 'F')}\n`);
      for (const name of ['declared', 'adopted', 'theirs']) foreign(world, name, `${bin}/${name}`, 'F');
      world.configure(
        `adopt: [adopted]\nbinfmtD: true\nhandlers: [{name: own, magic: '\\x00own', interpreter: ${bin}/own, flags: F}]\n`,
      );
      const env = { BINFMT_KEEPER_BINFMT_D_ROOT: `${world.dir}/root` };
      const daemon = await world.startVerified({ platforms: target, flags: quick, env });
      const before = Object.fromEntries(names.map((name) => [name, inode(`${bin}/${name}`)]));
      for (const name of names) assert.equal(await runner(world, name), before[name], name);
      const execs = untilStopped(world, names);
      for (const name of names) program(`${bin}/${name}`);
      await Promise.all(['own', 'declared', 'adopted'].map((name) => daemon.healed(name, 'stale')));
      const told = await daemon.reported('theirs', (r) => problem(r, 'theirs') !== undefined);
      assert.deepEqual(await execs.stop(), []);
      assert.equal(problem(told, 'theirs')?.code, 'stale-interpreter');
      for (const name of ['own', 'declared', 'adopted'])
        assert.equal(await runner(world, name), inode(`${bin}/${name}`), name);
      assert.equal(await runner(world, 'theirs'), before.theirs);
      await daemon.reported('no other', (r) => r.problems.length === 1, Date.now());
      return undefined;
    },

  'F: what its owner registers anew while the file changes is left to him, and what cannot serve is not taken':
    async (world) => {
      mountMain(world);
      const bin = directory(world, 'bin');
      for (const name of ['busy', 'bad', 'open', 'lost']) {
        program(`${bin}/${name}`);
        foreign(world, name, `${bin}/${name}`, 'F');
      }
      world.configure('adopt: [busy, bad, open, lost]\n');
      const daemon = await world.startVerified({ platforms: target, flags: quick });
      writeFileSync(`${bin}/bad.new`, probeBytes('s390x') ?? '', { mode: 0o755 });
      renameSync(`${bin}/bad.new`, `${bin}/bad`);
      program(`${bin}/open`);
      chmodSync(`${bin}/open`, 0o777);
      rmSync(`${bin}/lost`);
      program(`${bin}/busy`);
      // He takes his time, and has one more name that he registers under.
      for (let round = 0; round < 8; round++) {
        await pause(600);
        world.write(`${world.main}/busy`, '-1');
        foreign(world, 'busy', `${bin}/busy`, 'F');
      }
      const told = await daemon.reported('all three', (r) =>
        ['bad', 'open', 'lost'].every((name) => problem(r, name) !== undefined),
      );
      assert.match(problem(told, 'bad')?.detail ?? '', /it is not renewed: the new file cannot serve/);
      assert.deepEqual(
        ['bad', 'open', 'lost'].map((name) => problem(told, name)?.code),
        ['stale-interpreter', 'untrusted-interpreter', 'entry-not-renewable'],
      );
      await pause(3000);
      assert.ok(!daemon.log.some((l) => l.reason === 'stale'), 'nothing was registered anew');
      for (const name of ['busy', 'bad', 'open', 'lost']) assert.equal(run(world, name), 0, name);
      return undefined;
    },

  'handlers: a check or a sample proves them, the true cause is told where it fails, and readiness waits for those it names':
    async (world) => {
      const bin = directory(world, 'bin');
      for (const name of ['good', 'ends', 'slow', 'open', 'other', 'watched']) script(`${bin}/${name}`);
      for (const name of ['good', 'ends', 'slow', 'open']) sample(world, name);
      chmodSync(`${world.dir}/open.file`, 0o777);
      sample(world, 'good', 'other');
      const own = (name: string, check: string): string =>
        `  - {name: ${name}, magic: '\\x00${name}', interpreter: ${bin}/${name}${check === '' ? '' : `, check: ${check}`}}\n`;
      const configure = (required: string): void =>
        world.configure(
          `readiness: {required: [${required}]}\nhandlers:\n${[
            own('good', `{file: ${world.dir}/good.file}`),
            own('ends', `{command: [${world.dir}/ends.file, "7"], status: 8}`),
            own('slow', `{command: [${world.dir}/slow.file, "0", "60"], timeout: 300ms}`),
            own('open', `{file: ${world.dir}/open.file}`),
            own('other', `{file: ${world.dir}/other.file}`),
            own('watched', ''),
          ].join('')}`,
        );
      configure('good, watched');
      const daemon = world.start({ platforms: target, flags: quick });
      const expected: Record<string, readonly [string, RegExp]> = {
        ends: ['check-failed', /ends\.file ended with status 7, expected 8$/],
        slow: ['check-hung', /slow\.file did not end within 300 ms$/],
        open: ['check-untrusted', /open\.file is writable by others/],
        other: ['check-failed', /other\.file is no file that this handler takes$/],
      };
      const told = await daemon.reported('all verdicts', (r) =>
        Object.entries(expected).every(([name, [code]]) => problem(r, name)?.code === code),
      );
      for (const [name, [, detail]] of Object.entries(expected))
        assert.match(problem(told, name)?.detail ?? '', detail);
      const ready = await daemon.reported('good and watched', (r) => r.ready);
      assert.deepEqual([state(ready, 'good'), state(ready, 'watched')], ['ok', 'unverified']);
      configure('ends');
      await daemon.reported(
        'that status is waited for',
        (r) => !r.ready && row(r, 'ends')?.required === true,
      );
      world.configure((await readConfig(world)).replace('status: 8', 'status: 7'));
      await daemon.reported('that it passes', (r) => r.ready && state(r, 'ends') === 'ok');
      configure('good, watched');
      await daemon.reported('both again', (r) => r.ready && row(r, 'watched')?.required === true);
      rmSync(`${bin}/watched`);
      const dead = await daemon.reported('the dead one', (r) => state(r, 'watched') === 'dead');
      assert.ok(!dead.ready, 'what is dead is not ready');
      assert.match(
        row(dead, 'watched')?.why ?? '',
        /bin\/watched does not exist: each exec ends with ENOENT$/,
      );
      script(`${bin}/watched`);
      await daemon.reported('that it lives', (r) => r.ready);
      rmSync(`${bin}/good`);
      await daemon.reported('that what was proved is dead', (r) => !r.ready && state(r, 'good') === 'dead');
      return undefined;
    },

  'handlers: one whose interpreter is of another machine is not registered, and readiness that names it waits':
    async (world) => {
      const bin = directory(world, 'bin');
      writeFileSync(`${bin}/run`, probeBytes('s390x') ?? '', { mode: 0o755 });
      world.configure(
        `readiness: {required: [mine]}\nhandlers: [{name: mine, magic: '\\x00mine', interpreter: ${bin}/run}]\n`,
      );
      const daemon = world.start({ platforms: target, flags: quick });
      const report = await daemon.problem('interpreter-machine');
      assert.match(
        problem(report, 'mine')?.detail ?? '',
        /bin\/run is a program for s390x, which this machine does not run$/,
      );
      assert.deepEqual(
        [report.ready, state(report, 'mine'), row(report, 'mine')?.name],
        [false, 'missing', 'mine'],
      );
      program(`${bin}/run`);
      await daemon.reported('that it is ready', (r) => r.ready && state(r, 'mine') === 'unverified');
      return undefined;
    },

  'of own, declared and adopted handlers one that is lost is dead, not ready by name, and hung or not nothing else waits for it':
    async (world) => {
      if (!mayHang()) return '/dev/fuse is missing or not for us';
      mountMain(world);
      const served = directory(world, 'served');
      const names = ['own', 'declared', 'adopted'];
      for (const name of names) program(`${served}/${name}`);
      mkdirSync(`${world.dir}/root/etc/binfmt.d`, { recursive: true });
      writeFileSync(
        `${world.dir}/root/etc/binfmt.d/d.conf`,
        `${line('declared', `${served}/declared`, '')}\n`,
      );
      for (const name of ['declared', 'adopted']) foreign(world, name, `${served}/${name}`);
      world.configure(
        `readiness: {required: [${target}, own, adopted]}\nadopt: [adopted]\nbinfmtD: true\nhandlers: [{name: own, magic: '\\x00own', interpreter: ${served}/own}]\n`,
      );
      const env = { BINFMT_KEEPER_BINFMT_D_ROOT: `${world.dir}/root` };
      const daemon = world.start({ platforms: target, flags: quick, env });
      await daemon.reported(
        'all of them',
        (r) => r.ready && names.every((name) => state(r, name) === 'unverified'),
      );
      const dead = (r: Report): boolean => !r.ready && names.every((name) => state(r, name) === 'dead');
      for (const name of names) rmSync(`${served}/${name}`);
      await daemon.reported('that they are gone', dead);
      for (const name of names) program(`${served}/${name}`);
      await daemon.reported('that they are back', (r) => r.ready && r.problems.length === 0);
      hang(world, served);
      const hung = await daemon.reported('that they hang', dead);
      for (const name of names)
        assert.match(row(hung, name)?.why ?? '', /does not answer within 2 s: each exec hangs/, name);
      const since = Date.now();
      world.write(`${world.main}/keeper-${target}`, '-1');
      await daemon.healed(`keeper-${target}`, 'missing');
      await daemon.reported('its proof', (r) => row(r, `keeper-${target}`)?.state === 'ok', since);
      world.must('umount', '-l', served);
      await daemon.reported('that they answer again', (r) => r.ready && r.problems.length === 0);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      return undefined;
    },

  'F: what was replaced while no daemon ran is renewed by the next one, whosever it is of those that are kept':
    async (world) => {
      mountMain(world);
      const bin = directory(world, 'bin');
      const names = ['own', 'adopted'];
      for (const name of names) program(`${bin}/${name}`);
      foreign(world, 'adopted', `${bin}/adopted`, 'F');
      world.configure(
        `adopt: [adopted]\nhandlers: [{name: own, magic: '\\x00own', interpreter: ${bin}/own, flags: F}]\n`,
      );
      const first = await world.startVerified({ platforms: target, flags: quick });
      await first.reported('the record', (r) => state(r, 'adopted') === 'unverified');
      assert.equal(await first.ended('SIGTERM'), 0);
      await pause(20);
      for (const name of names) program(`${bin}/${name}`);
      const next = world.start({ platforms: target, flags: quick });
      // Ours is put right by the start itself.
      await next.healed('adopted', 'stale');
      for (const name of names) assert.equal(await runner(world, name), inode(`${bin}/${name}`), name);
      return undefined;
    },

  'F: one whose file is deleted is stale and not dead: it runs on, is ready by name, and tells that nobody could register it':
    async (world) => {
      mountMain(world);
      const bin = directory(world, 'bin');
      const names = ['own', 'checked', 'adopted'];
      for (const name of names) {
        program(`${bin}/${name}`);
        sample(world, name);
      }
      foreign(world, 'adopted', `${bin}/adopted`, 'F');
      const own = (name: string, check = ''): string =>
        `  - {name: ${name}, magic: '\\x00${name}', interpreter: ${bin}/${name}, flags: F${check}}\n`;
      // Without a byte to read the program ends with 1.
      const check = `, check: {file: ${world.dir}/checked.file, status: 1}`;
      world.configure(
        `readiness: {required: [${names.join(', ')}]}\nadopt: [adopted]\nhandlers:\n${own('own')}${own('checked', check)}`,
      );
      const daemon = world.start({ platforms: target, flags: quick });
      await daemon.reported('all of them', (r) => r.ready && state(r, 'checked') === 'ok');
      for (const name of names) rmSync(`${bin}/${name}`);
      const stale = await daemon.reported('all stale', (r) =>
        names.every((name) => state(r, name) === 'stale'),
      );
      assert.ok(stale.ready, stale.summary);
      for (const name of names) {
        assert.match(
          row(stale, name)?.why ?? '',
          /does not exist: the entry runs on by the file that the kernel holds/,
        );
        assert.equal(run(world, name), 0, name);
      }
      return undefined;
    },

  'one that is itself a program of another machine is told as run by the entry that runs it': async (
    world,
  ) => {
    mountMain(world);
    const bin = directory(world, 'bin');
    writeFileSync(`${bin}/run`, probeBytes(target) ?? '', { mode: 0o755 });
    foreign(world, 'chained', `${bin}/run`);
    const daemon = await world.startVerified({ platforms: target, flags: quick });
    const told = await daemon.problem('entry-interpreter-emulated');
    const expected = new RegExp(
      `is a program for ${target}, which runs only as long as the entry keeper-${target} does$`,
    );
    assert.match(problem(told, 'chained')?.detail ?? '', expected);
    assert.equal(run(world, 'chained'), 0);
    world.configure(`platforms: [${targets[1]}]\n`);
    return undefined;
  },
});

/** So that others can register before the daemon is there. */
function mountMain(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}

function directory(world: World, name: string): string {
  const path = `${world.dir}/${name}`;
  mkdirSync(path);
  return path;
}

/** A static program of this machine, which prints its argv[0], reads a byte and ends well; always another file. */
function program(path: string): void {
  writeFileSync(`${path}.new`, native, { mode: 0o755 });
  renameSync(`${path}.new`, path);
}

/** Ends with the status that its first argument says, after so many seconds as the second says. */
function script(path: string): void {
  writeFileSync(path, '#!/bin/sh\nshift\nset -- "$@" 0 0\nsleep $2\nexit $1\n', { mode: 0o755 });
}

/** A file of one handler, maybe under the name of another one's. */
function sample(world: World, name: string, as = name): void {
  writeFileSync(`${world.dir}/${as}.file`, `\0${name} and so on`, { mode: 0o755 });
}

async function readConfig({ config }: World): Promise<string> {
  return readFile(config, 'utf8');
}

function row(report: Report, name: string): Report['handlers'][number] | undefined {
  return report.handlers.find((h) => h.name === name);
}

function state(report: Report, name: string): string | undefined {
  return row(report, name)?.state;
}

/** An entry as others register it, for files that begin with its name. */
function foreign(world: World, name: string, interpreter: string, flags = ''): void {
  world.write(`${world.main}/register`, line(name, interpreter, flags));
}

function line(name: string, interpreter: string, flags: string): string {
  return `:${name}:M::\\x00${name}::${interpreter}:${flags}`;
}

function inode(path: string): string {
  return String(statSync(path).ino);
}

/** Runs files of entries over and over; `stop` tells which of them failed, and how. */
function untilStopped(world: World, names: readonly string[]): { stop(): Promise<readonly string[]> } {
  const failed: string[] = [];
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      for (const name of names) {
        const ended = run(world, name, false);
        if (ended !== 0) failed.push(`${name}: ${ended}`);
        await pause(1);
      }
    }
  })();
  return {
    async stop() {
      stopped = true;
      await loop;
      return failed;
    },
  };
}

/** Runs a file of an entry: its status, or the errno of its exec. */
function run(world: World, name: string, writes = true): number | string | null {
  const file = `${world.dir}/${name}.file`;
  if (writes) sample(world, name);
  const { status, error, stderr } = spawnSync(file, { input: 'x', encoding: 'utf8' });
  const errno = error === undefined ? undefined : (error as NodeJS.ErrnoException).code;
  // Where nothing runs it, libc hands it to a shell.
  return errno ?? (stderr === '' ? status : stderr);
}

/** The file by which a file of an entry runs now; `(deleted)` where it is at no path any more. */
async function runner(world: World, name: string): Promise<string> {
  run(world, name);
  const child = spawn(`${world.dir}/${name}.file`, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const { ino } = statSync(`/proc/${child.pid}/exe`);
  child.stdin.end('x');
  await once(child, 'close');
  return String(ino);
}

function problem(report: Report, subject: string): Report['problems'][number] | undefined {
  return report.problems.find((p) => p.subject === subject);
}

function hang(world: World, dir: string): void {
  const server = fileURLToPath(new URL('../host/hung-fuse.child.ts', import.meta.url));
  world.child(process.execPath, ['--no-warnings', server, dir]);
  const end = performance.now() + 10_000;
  while (!world.isMounted(dir, 'fuse')) if (performance.now() > end) throw new Error('no FUSE');
}

function mayHang(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
