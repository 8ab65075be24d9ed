import assert from 'node:assert/strict';
import {
  accessSync,
  appendFileSync,
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Daemon } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const emulator = `/usr/bin/qemu-${target}-static`;
const ours = `keeper-${target}`;

/** How a store is spoilt and cured, and what is said of it meanwhile. */
interface Fault {
  readonly code: string;
  readonly spoil: (world: World) => void;
  readonly cure: (world: World) => void;
  /** The kernel refuses to map even a pinned file as a program there: what is left to keep is the entry. */
  readonly stops?: true;
}

const remount = (options: string) => (world: World) => world.remount(world.store, options);

const faults: Readonly<Record<string, Fault>> = {
  'noexec and exec again': {
    code: 'interpreter-noexec',
    spoil: remount('noexec'),
    cure: remount('exec'),
    stops: true,
  },
  'writable for all and for root alone again': {
    code: 'interpreter-untrusted',
    spoil: (world) => chmodSync(world.store, 0o777),
    cure: (world) => chmodSync(world.store, 0o755),
  },
  'behind a file system that hangs until it is taken away': {
    code: 'hung-path',
    spoil: (world) => hang(world, world.store),
    cure: (world) => world.must('umount', '-l', world.store),
  },
};

await suite(import.meta.url, 'what cannot be made ready now takes nothing away and is made up for', {
  ...Object.fromEntries(
    Object.entries(faults).map(([what, fault]) => [
      `a store that is ${what}, with reloads and a restart in between`,
      (world: World) => throughFault(world, fault),
    ]),
  ),

  'a platform that could not be had at the start comes when the store is cured, without a reload': async (
    world,
  ) => {
    ownStore(world);
    remount('noexec')(world);
    const daemon = world.start({ platforms: target });
    const report = await daemon.problem('interpreter-noexec');
    assert.equal(report.ready, false);
    remount('exec')(world);
    await daemon.verified();
    assert.deepEqual(daemon.report()?.problems, []);
    return undefined;
  },

  'a new store that is full leaves what the old one serves, and takes over when there is room': async (
    world,
  ) => {
    const first = await world.startVerified({ platforms: target });
    const prober = await world.prober();
    await first.ended('SIGKILL');
    const other = `${world.dir}/other`;
    mkdirSync(other);
    world.must('mount', '-t', 'tmpfs', '-o', 'mode=755,size=40m', 'tmpfs', other);
    const { bavail, bsize } = statfsSync(other);
    writeFileSync(`${other}/filling`, Buffer.alloc(bavail * bsize - 2 ** 20));
    const store = `${other}/store`;
    const daemon = world.start({
      platforms: target,
      env: { BINFMT_KEEPER_INTERPRETERS_STORE: store },
    });
    await daemon.problem('store-full');
    const report = await daemon.verified();
    assert.ok(report.handlers[0]?.interpreter.startsWith(world.store));
    // It is healed as ever, since its file is the one that it was.
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    const later = await world.prober();
    daemon.kill('SIGHUP');
    await later.more();
    rmSync(`${other}/filling`);
    await daemon.reported('the other store', (r) => r.handlers[0]?.interpreter.startsWith(store) === true);
    await later.assertUnbroken();
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'store-full');
    void prober;
    return undefined;
  },

  'a newer emulator for which the store was read-only is deployed when it is writable, without a reload':
    async (world) => {
      ownStore(world);
      const dir = `${world.dir}/sources`;
      mkdirSync(dir);
      const source = `${dir}/qemu-${target}-static`;
      copyFileSync(emulator, source);
      const daemon = await world.startVerified({ platforms: target, flags: ['--interpreters-sources', dir] });
      const prober = await world.prober();
      const before = interpreterOf(world);
      // A writer would keep it from being read-only.
      await until('read-only', () =>
        world.command('mount', '-o', 'remount,ro', 'tmpfs', world.store).status === 0 ? 1 : null,
      );
      copyFileSync(emulator, `${source}.new`);
      appendFileSync(`${source}.new`, 'upgraded');
      renameSync(`${source}.new`, source);
      await daemon.problem('store-read-only');
      assert.equal(interpreterOf(world), before);
      remount('rw')(world);
      await daemon.reported('the newer one', (r) => r.ready && r.handlers[0]?.interpreter !== before);
      await daemon.logged(
        'that it is solved',
        (l) => l.event === 'solved' && l.problem === 'store-read-only',
      );
      await prober.assertUnbroken();
      return undefined;
    },

  'an own handler stays while its interpreter may not be used, and is pinned anew when it may': async (
    world,
  ) => {
    const dir = `${world.dir}/bin`;
    mkdirSync(dir);
    const program = `${dir}/own`;
    copyFileSync(emulator, program);
    chmodSync(program, 0o755);
    world.configure(`handlers: [{name: own, extension: own-ext, interpreter: ${program}, flags: F}]\n`);
    const daemon = await world.startVerified({ platforms: target });
    const entry = (): string => readFileSync(`${world.main}/own`, 'latin1');
    const before = entry();
    chmodSync(program, 0o777);
    daemon.kill('SIGHUP');
    await daemon.problem('interpreter-untrusted');
    assert.equal(entry(), before);
    chmodSync(program, 0o755);
    await daemon.logged(
      'that it is solved',
      (l) => l.event === 'solved' && l.problem === 'interpreter-untrusted',
    );
    renameSync(program, `${program}.away`);
    daemon.kill('SIGHUP');
    await daemon.problem('interpreter-missing');
    assert.equal(entry(), before);
    copyFileSync(emulator, program);
    await daemon.healed('own', 'stale');
    await daemon.logged(
      'that it is solved',
      (l) => l.event === 'solved' && l.problem === 'interpreter-missing',
    );
    return undefined;
  },

  'what is not wanted any more goes, though the store is spoilt': async (world) => {
    ownStore(world);
    world.configure(`platforms: [${targets.join(', ')}]\n`);
    const daemon = await world.startVerified({ platforms: '' });
    remount('noexec')(world);
    world.configure(`platforms: [${target}]\n`);
    await daemon.reported('the other one to be gone', (r) => r.handlers.length === 1);
    assert.deepEqual(daemon.names(), [ours]);
    return undefined;
  },
});

/** Nothing may fail from the first look of the prober on, whatever happens to the store. */
async function throughFault(world: World, fault: Fault): Promise<string | undefined> {
  if (fault.code === 'hung-path' && !isOpen('/dev/fuse')) return '/dev/fuse is missing or not for us';
  ownStore(world);
  const daemon = await world.startVerified({ platforms: target });
  const prober = await world.prober();
  const before = readFileSync(`${world.main}/${ours}`, 'latin1');
  fault.spoil(world);
  daemon.kill('SIGHUP');
  await staysProven(daemon, fault);
  daemon.kill('SIGHUP');
  await daemon.logged('the second reload', (l) => l.event === 'keeping', daemon.log.length);
  await daemon.ended('SIGKILL');
  const next = world.start({ platforms: target });
  await staysProven(next, fault);
  assert.equal(readFileSync(`${world.main}/${ours}`, 'latin1'), before);
  fault.cure(world);
  await next.logged('that it is solved', (l) => l.event === 'solved' && l.problem === fault.code);
  await next.reported('no problem', (r) => r.ready && r.problems.length === 0);
  if (fault.stops === undefined) await prober.assertUnbroken();
  assert.equal(readFileSync(`${world.main}/${ours}`, 'latin1'), before);
  const since = Date.now();
  world.write(`${world.main}/${ours}`, '-1');
  await next.healed(ours, 'missing');
  await next.verified(since);
  return undefined;
}

async function staysProven(daemon: Daemon, { code, stops }: Fault): Promise<void> {
  const since = Date.now();
  await daemon.problem(code);
  const report =
    stops === undefined
      ? await daemon.verified(since)
      : await daemon.reported('the entry', (r) => r.handlers.length === 1, since);
  assert.ok(report.problems.some((p) => p.code === code));
  assert.equal(report.handlers[0]?.owner, 'keeper');
}

/** Something to remount. */
function ownStore(world: World): void {
  mkdirSync(world.store, { recursive: true });
  world.must('mount', '-t', 'tmpfs', '-o', 'mode=755,size=100m', 'tmpfs', world.store);
}

function hang(world: World, dir: string): void {
  const server = fileURLToPath(new URL('../host/hung-fuse.child.ts', import.meta.url));
  world.child(process.execPath, ['--no-warnings', server, dir]);
  const end = performance.now() + 10_000;
  while (!world.isMounted(dir, 'fuse')) if (performance.now() > end) throw new Error('no FUSE');
}

function interpreterOf(world: World): string {
  const path = /^interpreter (.*)$/m.exec(readFileSync(`${world.main}/${ours}`, 'utf8'))?.[1];
  if (path === undefined) throw new Error(`${ours} names no interpreter`);
  return path;
}

function isOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
