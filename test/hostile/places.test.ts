import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { keeper, type World } from '../e2e/world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;
/** Root without the right to pass over modes: for it, a directory of mode 0500 cannot be written. */
const confined = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps=-all'];

await suite(import.meta.url, 'a place that cannot be written is named with its code and a remedy', {
  'a store that is full after the first interpreter: that one serves, the other is named': async (world) => {
    mount(world, world.store, 'size=20m');
    const daemon = world.start();
    const report = await daemon.problem('store-full');
    const problem = report.problems.find((p) => p.code === 'store-full');
    assert.match(problem?.detail ?? '', /MiB free, .* MiB are needed/);
    assert.ok(problem?.remedy);
    const serving = await daemon.reported('the first one', (r) =>
      r.handlers.some((h) => h.probe?.verdict === 'verified'),
    );
    assert.equal(serving.ready, false);
    const key = serving.handlers.find((h) => h.state === 'ok')?.key ?? '';
    const since = Date.now();
    world.write(`${world.main}/keeper-${key}`, '-1');
    await daemon.healed(`keeper-${key}`, 'missing');
    await daemon.reported(
      'it again',
      (r) => r.handlers.some((h) => h.key === key && h.state === 'ok'),
      since,
    );
    assert.ok(daemon.runs(key));
    assert.deepEqual(
      readdirSync(world.store).filter((name) => name.endsWith('.tmp')),
      [],
    );
    assert.equal(await daemon.ended('SIGTERM'), 0);
    const { status, said } = install(world);
    assert.equal(status, 1, said);
    assert.match(said, /store-full/);
    return undefined;
  },

  'an empty store that is read-only': async (world) => {
    mkdirSync(world.store);
    world.must('mount', '--bind', world.store, world.store);
    world.must('mount', '-o', 'remount,bind,ro', world.store);
    const { status, said } = install(world);
    assert.equal(status, 1, said);
    assert.match(said, /store-read-only.*EROFS/s);
    return undefined;
  },

  'a store that was filled and is read-only now serves on': async (world) => {
    await (await world.startVerified()).ended('SIGTERM');
    world.must('mount', '--bind', world.store, world.store);
    world.must('mount', '-o', 'remount,bind,ro', world.store);
    const daemon = await world.startVerified();
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  'a store that denies writing': async (world) => {
    mkdirSync(world.store, { mode: 0o500 });
    const daemon = world.start({ prefix: confined });
    const report = await daemon.problem('store-denied');
    assert.match(report.problems.find((p) => p.code === 'store-denied')?.detail ?? '', /EACCES/);
    assert.equal(report.ready, false);
    return undefined;
  },

  'a directory in which neither probes nor anything else can be written: nothing counts as verified': async (
    world,
  ) => {
    // Full for both, the place beside the store and the run directory; what was deployed stays.
    await (await world.startVerified()).ended('SIGTERM');
    const probes = `${world.dir}/probes`;
    world.must('rm', '-r', probes);
    writeFileSync(probes, 'no directory');
    writeFileSync(`${world.run}/probes`, 'no directory');
    const daemon = world.start();
    const early = await daemon.problem('probe-unwritable');
    // Found before anything is kept; that no handler is unproved yet is no proof.
    assert.equal(early.ready, false);
    const report = await daemon.reported('handlers', (r) => r.handlers.length > 0);
    assert.equal(report.ready, false);
    assert.ok(report.handlers.every((h) => h.required && h.state === 'unverified'));
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    return undefined;
  },

  'store, probes and run directory are noexec, as all below /run: one cause, one problem': async (world) => {
    for (const dir of [world.store, `${world.dir}/probes`, world.run]) {
      mkdirSync(dir, { recursive: true });
      mount(world, dir, 'noexec');
    }
    const daemon = world.start();
    const report = await daemon.problem('interpreter-noexec');
    assert.equal(report.ready, false);
    const codes = new Set(report.problems.filter((p) => p.severity === 'error').map((p) => p.code));
    assert.deepEqual([...codes], ['interpreter-noexec']);
    return undefined;
  },

  'where the place beside the store cannot be written, the probes lie in the run directory': async (
    world,
  ) => {
    writeFileSync(`${world.dir}/probes`, 'no directory');
    const daemon = world.start();
    await daemon.reported('a verified state', (r) => r.ready && r.handlers.length === 2);
    assert.ok(existsSync(`${world.run}/probes/probe.${target}`));
    return undefined;
  },

  'a run directory that is full: entries are kept and healed, and the log says what is not written': async (
    world,
  ) => {
    mount(world, world.run, 'size=4k');
    mkdirSync(world.anchor);
    world.command('sh', '-c', `head -c 1M /dev/zero >${world.run}/filler`);
    const daemon = world.start();
    const line = await daemon.logged('what is not written', (l) => l.problem === 'state-unwritable');
    assert.match(String(line.detail), /ENOSPC/);
    await daemon.logged('that both are verified', verifiedBoth());
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    world.must('rm', `${world.run}/filler`);
    world.remount(world.run, 'size=10m');
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.verified();
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'state-unwritable');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'a run directory that is read-only: entries are kept by the main mount, and the anchor is named': async (
    world,
  ) => {
    world.must('mount', '--bind', world.run, world.run);
    world.must('mount', '-o', 'remount,bind,ro', world.run);
    const daemon = world.start();
    const line = await daemon.logged('the anchor', (l) => l.problem === 'anchor-missing');
    assert.match(String(line.detail), /EROFS|read-only/i);
    await daemon.logged('that both are verified', verifiedBoth());
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'a run directory that denies writing': async (world) => {
    chmodSync(world.run, 0o500);
    const daemon = world.start({ prefix: confined });
    const line = await daemon.logged('the anchor', (l) => l.problem === 'anchor-missing');
    assert.match(String(line.detail), /EACCES|denied/i);
    await daemon.logged('that both are verified', verifiedBoth());
    return undefined;
  },

  'a configuration that may not be read ends with 2': async (world) => {
    chmodSync(world.config, 0);
    assert.equal(await world.start({ prefix: confined }).ended(), 2);
    return undefined;
  },
});

function mount(world: World, path: string, options: string): void {
  mkdirSync(path, { recursive: true });
  world.must('mount', '-t', 'tmpfs', '-o', `mode=755,${options}`, 'tmpfs', path);
}

/** Fits the second of the lines that say so of a handler. */
function verifiedBoth(): (line: Readonly<Record<string, unknown>>) => boolean {
  const seen = new Set<unknown>();
  return (line) => {
    if (line.event === 'verified') seen.add(line.handler);
    return seen.has(ours) && seen.has(`keeper-${other}`);
  };
}

function install(world: World): { status: number | null; said: string } {
  return world.command(
    'env',
    'BINFMT_KEEPER_SANDBOX=1',
    `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
    `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
    'BINFMT_KEEPER_HTTP_LISTEN=off',
    process.execPath,
    '--no-warnings',
    keeper,
    'install',
    '--config',
    world.config,
    target,
    other,
  );
}
