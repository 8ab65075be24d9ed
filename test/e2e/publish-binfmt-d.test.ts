import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Report } from '../../src/core/report/report.ts';
import { cli } from './cli.ts';
import { foreignLine, targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import { keeper, type World } from './world.ts';

const [target, other] = targets;
const usual = `qemu-${target}`;
const file = `/run/binfmt.d/${usual}.conf`;
const program = '/lib/systemd/systemd-binfmt';
const published = { flags: ['--publish-binfmt-d', 'true'] };

await suite(import.meta.url, 'publish.binfmtD, with the real systemd-binfmt', {
  'fifty restarts of systemd-binfmt beside the daemon: none fails, its entries are good, nothing is fought':
    async (world) => {
      if (!hasSystemd(world)) return `no ${program}`;
      const daemon = await world.startVerified(published);
      await present(file);
      const prober = await world.prober();
      const [from, since] = [daemon.log.length, Date.now()];
      for (let round = 0; round < 50; round++) {
        const { status, said } = await systemdBinfmt();
        assert.equal(status, 0, `restart ${round}: ${said}`);
      }
      const report = await daemon.reported(
        'all well',
        (r) => r.ready && codes(r).every((c) => c === 'heal-storm'),
        since,
      );
      // What fell between a flush and the heal had nothing to run it; from then on nothing fails.
      await prober.more();
      const { failed } = prober.counts();
      await prober.more();
      assert.equal(prober.counts().failed, failed);
      assert.equal(row(report, target)?.owner, 'keeper');
      const names = daemon.names();
      for (const name of [usual, `qemu-${other}`, `keeper-${target}`]) assert.ok(names.includes(name), name);
      assert.ok(entry(world, usual).includes(world.store));
      const heals = daemon.log.slice(from).filter((l) => l.event === 'healed');
      const reasons = heals.map((l) => l.reason);
      assert.deepEqual([...new Set(reasons)], ['missing']);
      return undefined;
    },

  'the file takes the place of the one of a package; one in /etc and a mask have the last word': async (
    world,
  ) => {
    if (!hasSystemd(world)) return `no ${program}`;
    writeFileSync(
      `/usr/lib/binfmt.d/${usual}.conf`,
      foreignLine(usual, target, `/usr/bin/qemu-${target}-static`),
    );
    symlinkSync('/dev/null', `/etc/binfmt.d/qemu-${other}.conf`);
    const daemon = await world.startVerified(published);
    await present(file);
    assert.equal((await systemdBinfmt()).status, 0);
    assert.ok(entry(world, usual).includes(world.store));
    assert.equal(daemon.names().includes(`qemu-${other}`), false);
    const since = Date.now();
    assert.equal((await systemdBinfmt('--unregister')).status, 0);
    await daemon.verified(since);
    return undefined;
  },

  'a reload with publish.binfmtD: false takes files and entries away, and leaves those of others': async (
    world,
  ) => {
    if (!hasSystemd(world)) return `no ${program}`;
    writeFileSync('/run/binfmt.d/mine.conf', ':mine:E::mine-ext::/bin/true:\n');
    world.configure('publish: {binfmtD: true}\n');
    const daemon = await world.startVerified();
    await present(file);
    const since = Date.now();
    assert.equal((await systemdBinfmt()).status, 0);
    await daemon.verified(since);
    assert.ok(daemon.names().includes(usual));
    world.configure('publish: {binfmtD: false}\n');
    await until('no file', () => (existsSync(file) ? null : true));
    await daemon.verified();
    assert.deepEqual(daemon.names().sort(), ['mine', `keeper-${target}`, `keeper-${other}`].sort());
    assert.deepEqual(readdirSync('/run/binfmt.d'), ['mine.conf']);
    return undefined;
  },

  'a plain stop leaves them, so that a restart of systemd-binfmt brings emulation back; onStop: remove does not':
    async (world) => {
      if (!hasSystemd(world)) return `no ${program}`;
      const daemon = await world.startVerified(published);
      await present(file);
      await daemon.ended('SIGTERM');
      assert.equal((await systemdBinfmt()).status, 0);
      assert.deepEqual(entries(world), [usual, `qemu-${other}`].sort());
      assert.equal(world.command('sh', '-c', `echo x | ${world.probe()}`).status, 0);
      const next = await world.startVerified({ flags: [...published.flags, '--on-stop', 'remove'] });
      assert.equal(await next.ended('SIGTERM'), 0);
      assert.deepEqual(entries(world), []);
      assert.deepEqual(readdirSync('/run/binfmt.d'), []);
      return undefined;
    },

  'uninstall takes files and entries away: of one platform by the daemon, of all without one': async (
    world,
  ) => {
    if (!hasSystemd(world)) return `no ${program}`;
    const daemon = await world.startVerified(published);
    await present(file);
    const since = Date.now();
    assert.equal((await systemdBinfmt()).status, 0);
    await daemon.verified(since);
    const asked = uninstall(world, other);
    assert.equal(asked.status, 0, asked.said);
    assert.deepEqual(entries(world), [`keeper-${target}`, usual].sort());
    await until('its file gone', () => (existsSync(`/run/binfmt.d/qemu-${other}.conf`) ? null : true));
    await daemon.ended('SIGKILL');
    const alone = uninstall(world, 'all');
    assert.equal(alone.status, 0, alone.said);
    assert.deepEqual(entries(world), []);
    assert.deepEqual(readdirSync('/run/binfmt.d'), []);
    return undefined;
  },

  'a newer emulator: the file names it, the entry that systemd made is replaced without a gap': async (
    world,
  ) => {
    if (!hasSystemd(world)) return `no ${program}`;
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    const source = `${sources}/qemu-${target}-static`;
    copyFileSync(`/usr/bin/qemu-${target}-static`, source);
    const flags = [...published.flags, '--interpreters-sources', sources];
    const daemon = await world.startVerified({ flags, platforms: target });
    await present(file);
    assert.equal((await systemdBinfmt()).status, 0);
    const old = interpreterIn(readFileSync(file, 'latin1'));
    assert.ok(entry(world, usual).includes(old));
    const prober = await world.prober();
    const since = Date.now();
    appendFileSync(source, 'newer');
    chmodSync(source, 0o755);
    const text = await until('another line', () => {
      const now = readFileSync(file, 'latin1');
      return now.includes(old) ? null : now;
    });
    await until('another entry', () => (entry(world, usual).includes(interpreterIn(text)) ? true : null));
    await prober.assertUnbroken();
    const report = await daemon.verified(since);
    assert.deepEqual(codes(report), []);
    return undefined;
  },

  'an old version that a file still names is not collected': async (world) => {
    if (!hasSystemd(world)) return `no ${program}`;
    const sources = `${world.dir}/sources`;
    mkdirSync(sources);
    const source = `${sources}/qemu-${target}-static`;
    copyFileSync(`/usr/bin/qemu-${target}-static`, source);
    const options = { flags: [...published.flags, '--interpreters-sources', sources], platforms: target };
    const daemon = await world.startVerified(options);
    await present(file);
    const old = interpreterIn(readFileSync(file, 'latin1'));
    copyFileSync(file, '/etc/binfmt.d/kept.conf');
    await daemon.ended('SIGTERM');
    appendFileSync(source, 'newer');
    const next = await world.startVerified(options);
    await until('the new line', () => (readFileSync(file, 'latin1').includes(old) ? null : true));
    const from = next.log.length;
    next.kill('SIGHUP');
    await next.logged('the next configuration', (l) => l.event === 'keeping', from);
    assert.ok(existsSync(old));
    return undefined;
  },

  'a changed interpreters.store leaves nothing of the old one: files and entries move at a reload, and go by uninstall':
    async (world) => {
      if (!hasSystemd(world)) return `no ${program}`;
      const [old, next] = [`${world.dir}/first/store`, `${world.dir}/second/store`];
      for (const store of [old, next]) mkdirSync(dirname(store), { recursive: true });
      const configure = (store: string): void =>
        world.configure(`publish: {binfmtD: true}\ninterpreters: {store: ${store}}\n`);
      // The world's own setting goes before the file.
      const prefix = ['env', '-u', 'BINFMT_KEEPER_INTERPRETERS_STORE'];
      const daemonOf = async () => {
        const daemon = world.start({ platforms: target, prefix });
        await daemon.reported('a verified state', (r) => r.ready && r.handlers.length > 0);
        await present(file);
        return daemon;
      };
      configure(old);
      const daemon = await daemonOf();
      assert.equal((await systemdBinfmt()).status, 0);
      assert.ok(entry(world, usual).includes(old));
      configure(next);
      daemon.kill('SIGHUP');
      await until('the entry to move', () => (entry(world, usual).includes(next) ? true : null));
      assert.ok(readFileSync(file, 'latin1').includes(next));

      // While it is stopped: what systemd registered from the file before, and nobody to move it.
      await daemon.ended('SIGTERM');
      assert.equal((await systemdBinfmt()).status, 0);
      const { status, said } = cli(world, ['uninstall', 'all', '--interpreters-store', old]);
      assert.equal(status, 0, said);
      assert.deepEqual(entries(world), [], said);
      assert.deepEqual(readdirSync('/run/binfmt.d'), []);
      return undefined;
    },

  'binfmtD: true beside it does not take our files for a declaration of somebody else': async (world) => {
    if (!hasSystemd(world)) return `no ${program}`;
    writeFileSync('/etc/binfmt.d/mine.conf', ':mine:E::mine-ext::/bin/true:\n');
    const daemon = await world.startVerified({ flags: [...published.flags, '--binfmt-d', 'true'] });
    await present(file);
    await daemon.healed('mine', 'missing');
    const [from, since] = [daemon.log.length, Date.now()];
    daemon.kill('SIGHUP');
    await daemon.logged('the next configuration', (l) => l.event === 'keeping', from);
    const report = await daemon.verified(since);
    assert.equal(row(report, usual), undefined);
    assert.equal(row(report, 'mine')?.state, 'unverified');
    assert.deepEqual(codes(report), []);
    const again = Date.now();
    assert.equal((await systemdBinfmt()).status, 0);
    assert.deepEqual(codes(await daemon.verified(again)), []);
    return undefined;
  },

  'a copy in /etc that binfmtD keeps is not withdrawn with the publication, and the keeper does not fight itself':
    async (world) => {
      if (!hasSystemd(world)) return `no ${program}`;
      world.configure('binfmtD: true\npublish: {binfmtD: true}\n');
      const daemon = await world.startVerified();
      await present(file);
      copyFileSync(file, `/etc/binfmt.d/${usual}.conf`);
      assert.equal((await systemdBinfmt()).status, 0);
      await daemon.reported('the copy', (r) => row(r, usual) !== undefined);
      world.configure('binfmtD: true\npublish: {binfmtD: false}\n');
      await until('no file', () => (existsSync(file) ? null : true));
      const [from, since] = [daemon.log.length, Date.now()];
      world.write(`${world.main}/${usual}`, '-1');
      await daemon.healed(usual, 'missing', from);
      await daemon.verified(since);
      assert.ok(entries(world).includes(usual));
      assert.equal(entries(world).includes(`qemu-${other}`), false);
      const heals = daemon.log.slice(from).filter((l) => l.event === 'healed');
      const reasons = heals.map((l) => l.reason);
      assert.deepEqual([...new Set(reasons)], ['missing']);
      return undefined;
    },

  'a line in /etc with our emulator is left as it is, whatever it says, and when nothing is published any more':
    async (world) => {
      if (!hasSystemd(world)) return `no ${program}`;
      world.configure('publish: {binfmtD: true}\n');
      const daemon = await world.startVerified();
      await present(file);
      const from = daemon.log.length;
      const line = readFileSync(file, 'latin1')
        .replace(/^#.*\n/gm, '')
        .replace(/:[A-Z]+\n$/, ':F\n');
      writeFileSync(`/etc/binfmt.d/${usual}.conf`, line);
      await daemon.logged('the next configuration', (l) => l.event === 'keeping', from);
      assert.equal((await systemdBinfmt()).status, 0);
      assert.match(entry(world, usual), /^flags: F$/m);
      // Nobody's line with our emulator, for comparison: once it is replaced the other one would have been.
      const theirs = readFileSync(`/run/binfmt.d/qemu-${other}.conf`, 'latin1');
      world.write(`${world.main}/qemu-${other}`, '-1');
      world.write(`${world.main}/register`, theirs.replace(/^#.*\n/gm, '').replace(/:[A-Z]+\n$/, ':F'));
      await daemon.healed(`qemu-${other}`, 'drifted', from);
      assert.match(entry(world, usual), /^flags: F$/m);
      world.configure('publish: {binfmtD: false}\n');
      await until('no file', () => (existsSync(file) ? null : true));
      assert.match(entry(world, usual), /^flags: F$/m);
      assert.equal(entries(world).includes(`qemu-${other}`), false);
      return undefined;
    },

  'a sandbox that root starts neither publishes to the host nor withdraws what is published there': async (
    world,
  ) => {
    if (!hasSystemd(world)) return `no ${program}`;
    const daemon = await world.startVerified(published);
    await present(file);
    const before = readdirSync('/run/binfmt.d').sort();
    for (const [command, ...flags] of [
      ['install', target],
      ['install', 'ppc64le', '--publish-binfmt-d', 'true'],
      ['uninstall', 'all'],
    ]) {
      const { said } = world.command(
        ...['env', '-u', 'BINFMT_KEEPER_SANDBOX', process.execPath, '--no-warnings', keeper, `${command}`],
        ...[...flags, '--sandbox', '--interpreters-store', `${world.dir}/private`, '--config', world.config],
      );
      assert.match(said, command === 'install' ? /1 of 1 handler verified/ : /^/);
      assert.deepEqual(readdirSync('/run/binfmt.d').sort(), before);
    }
    assert.deepEqual(daemon.names().sort(), [`keeper-${target}`, `keeper-${other}`].sort());
    return undefined;
  },

  'what is not ours in that place is named and left: a file, a mask, no directory at all': async (world) => {
    if (!hasSystemd(world)) return `no ${program}`;
    const line = foreignLine(usual, target, `/usr/bin/qemu-${target}-static`);
    writeFileSync(file, line);
    symlinkSync('/dev/null', `/run/binfmt.d/qemu-${other}.conf`);
    const daemon = await world.startVerified(published);
    const report = await daemon.problem('binfmt-d-unpublished');
    assert.equal(report.problems.filter((p) => p.code === 'binfmt-d-unpublished').length, 2);
    assert.deepEqual(readFileSync(file), line);
    assert.ok(lstatSync(`/run/binfmt.d/qemu-${other}.conf`).isSymbolicLink());
    unlinkSync(file);
    unlinkSync(`/run/binfmt.d/qemu-${other}.conf`);
    await present(file);
    await daemon.reported('no such problem', (r) => codes(r).length === 0);
    await daemon.ended('SIGTERM');
    world.must('rm', '-r', '/run/binfmt.d');
    writeFileSync('/run/binfmt.d', '');
    const next = await world.startVerified(published);
    await next.problem('binfmt-d-unpublished');
    return undefined;
  },

  'a full and a read-only file system are problems, and nothing is left half': async (world) => {
    if (!hasSystemd(world)) return `no ${program}`;
    world.must('mount', '-t', 'tmpfs', '-o', 'mode=755,size=4k', 'full', '/run/binfmt.d');
    const daemon = await world.startVerified(published);
    const report = await daemon.problem('binfmt-d-unpublished');
    assert.match(detail(report), /ENOSPC/);
    for (const name of readdirSync('/run/binfmt.d'))
      assert.match(readFileSync(`/run/binfmt.d/${name}`, 'latin1'), /F\n$/);
    world.remount('/run/binfmt.d', 'ro,size=1m');
    daemon.kill('SIGHUP');
    await daemon.reported('EROFS', (r) => /EROFS/.test(detail(r)));
    world.remount('/run/binfmt.d', 'rw');
    daemon.kill('SIGHUP');
    await present(`/run/binfmt.d/qemu-${other}.conf`);
    await daemon.reported('no problem', (r) => codes(r).length === 0);
    return undefined;
  },
});

/** Whether systemd-binfmt is there; then it gets directories of its own, and the mount that its unit requires. */
function hasSystemd(world: World): boolean {
  if (!existsSync(program)) return false;
  world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'run', '/run');
  mkdirSync('/run/binfmt.d');
  for (const dir of ['/etc/binfmt.d', '/usr/local/lib/binfmt.d', '/usr/lib/binfmt.d'].filter(existsSync))
    world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', dir);
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  return true;
}

/** Without blocking: prober and daemon are to be heard meanwhile. */
function systemdBinfmt(...args: readonly string[]): Promise<{ status: number | null; said: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 20_000 });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, said })));
}

function present(path: string): Promise<true> {
  return until(path, () => (existsSync(path) ? true : null));
}

function uninstall(world: World, platform: string): { status: number | null; said: string } {
  return world.command(
    'env',
    'BINFMT_KEEPER_SANDBOX=1',
    `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
    `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
    ...[process.execPath, '--no-warnings', keeper, 'uninstall', platform, '--config', world.config],
  );
}

function entries(world: World): readonly string[] {
  return readdirSync(world.main)
    .filter((name) => name !== 'register' && name !== 'status')
    .sort();
}

function entry(world: World, name: string): string {
  const path = `${world.main}/${name}`;
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
}

function interpreterIn(text: string): string {
  return /:(\/[^:]+):[A-Z]*\n/.exec(text)?.[1] ?? '';
}

function row(report: Report, key: string): Report['handlers'][number] | undefined {
  return report.handlers.find((h) => h.key === key);
}

function codes(report: Report): readonly string[] {
  return report.problems.map((p) => p.code);
}

function detail(report: Report): string {
  return report.problems.find((p) => p.code === 'binfmt-d-unpublished')?.detail ?? '';
}
