// Inside a private instance: kills one scenario at each of its steps, starts again, and prints a row for each.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { renderLine } from '../../src/core/kernel/registration.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';
import type { Daemon } from '../e2e/daemon.ts';
import { targets } from '../e2e/foreign.ts';
import { until } from '../e2e/until.ts';
import { createWorld, keeper } from '../e2e/world.ts';
import { age, assertWhole, entriesOf, type Seen, servingInterpreter, temporaryFiles } from './inspect.ts';
import { type Filter, runTraced, type Step } from './traced.ts';

/** What is interrupted, and what must hold whenever it is. */
interface Scenario {
  /** From which state it begins. */
  readonly from: 'nothing' | 'mounted' | 'old' | 'old, recorded';
  readonly args: readonly string[];
  readonly watch: 'entries' | 'files' | 'children';
  /** Whether every handler serves at each moment. */
  readonly gapFree: boolean;
  /** Names that the finished run leaves. */
  readonly wanted: readonly string[];
}

const [scenarioName = '', part = '0', parts = '1', dir = ''] = process.argv.slice(2);
const names = targets.map((target) => `keeper-${target}`);
const renamed = targets.map((target) => `other-${target}`);
const world = createWorld(dir);
/** Daemons that may still run where something was not as wanted. */
const daemons: Daemon[] = [];
const config = ['--config', world.config, '--platforms', targets.join()];
const oldSource = `${dir}/old-source`;
const newSource = `${dir}/new-source`;
const fromNew = ['--interpreters-sources', newSource];
const uninstall = ['uninstall', ...config];

const scenarios: Readonly<Record<string, Scenario>> = {
  'start from nothing': {
    from: 'nothing',
    args: ['run', ...config, ...fromNew],
    watch: 'children',
    gapFree: false,
    wanted: names,
  },
  'first deployment': {
    from: 'mounted',
    args: ['run', ...config, ...fromNew],
    watch: 'files',
    gapFree: false,
    wanted: names,
  },
  registration: {
    from: 'mounted',
    args: ['run', ...config, ...fromNew],
    watch: 'entries',
    gapFree: false,
    wanted: names,
  },
  replacement: {
    from: 'old',
    args: ['run', ...config, ...fromNew],
    watch: 'entries',
    gapFree: true,
    wanted: names,
  },
  upgrade: {
    from: 'old, recorded',
    args: ['run', ...config, ...fromNew],
    watch: 'files',
    gapFree: true,
    wanted: names,
  },
  'another prefix': {
    from: 'old, recorded',
    args: ['run', ...config, ...fromNew, '--names', 'other-'],
    watch: 'entries',
    gapFree: true,
    wanted: renamed,
  },
  uninstall: {
    from: 'old, recorded',
    args: uninstall,
    watch: 'entries',
    gapFree: false,
    wanted: [],
  },
};

const entryNames = [...names, ...renamed].flatMap((name) => [name, `${name}.next`]);
const filters: Readonly<Record<Scenario['watch'], Filter>> = {
  entries: {
    calls: ['write'],
    paths: ['register', 'status', ...entryNames].map((name) => `${world.anchor}/${name}`),
  },
  files: {
    calls: ['pwrite64', 'fchmod', 'chmod', 'fsync', 'rename', 'mkdir', 'unlink'],
    paths: [],
  },
  children: { calls: ['clone', 'execve'], paths: [] },
};

const scenario = scenarios[scenarioName];
assert.ok(scenario, `no scenario ${scenarioName}`);
const { wanted, gapFree, args, watch } = scenario;
for (const source of [oldSource, newSource]) {
  mkdirSync(source);
  for (const target of targets) {
    copyFileSync(`/usr/bin/qemu-${target}-static`, `${source}/qemu-${target}-static`);
    // Behind what the ELF header speaks of: the same program, another file.
    appendFileSync(`${source}/qemu-${target}-static`, source);
  }
}
await makeOld();

const foreign = await begin();
const { steps } = await runTraced(world, args, filters[watch], null, finished);
assert.ok(steps.length > 0, 'nothing was seen of the run');
for (const [i, step] of worthwhile(steps).entries()) {
  if (i % Number(parts) !== Number(part)) continue;
  await begin();
  const before = entriesOf(world.main).filter((e) => foreign.has(e.name));
  const { killed, steps: seen, said } = await runTraced(world, args, filters[watch], step, finished);
  // What it was killed at is the truth, but a child that was never started has no name.
  const reached = step.call === 'clone' ? step.label : (seen.at(-1)?.label ?? step.label);
  const label = killed ? reached : `${step.label} (not reached)`;
  try {
    const left = inspect(before);
    await again(before);
    writeSync(1, `${JSON.stringify({ step: label, left, killed })}\n`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    writeSync(1, `${JSON.stringify({ step: label, left: '', killed, failure: `${why}\n${said}` })}\n`);
  } finally {
    for (const daemon of daemons.splice(0)) daemon.kill('SIGKILL');
  }
}
world.end();
process.exit(0);

/** Of calls on files the first and the last of a kind show all: chunks of one copy, and one copy after the other. */
function worthwhile(all: readonly Step[]): readonly Step[] {
  if (watch !== 'files') return all;
  const kinds = all.map(({ label }) => targets.reduce((kind, target) => kind.replaceAll(target, '*'), label));
  return all.filter((_, i) => kinds.indexOf(kinds[i] ?? '') === i || kinds.lastIndexOf(kinds[i] ?? '') === i);
}

/** What a daemon with the old interpreters leaves; its store and entries are where some scenarios begin. */
async function makeOld(): Promise<void> {
  reset();
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  const daemon = world.start({ flags: ['--interpreters-sources', oldSource] });
  await daemon.verified();
  await daemon.ended('SIGTERM');
  cpSync(world.store, `${dir}/old-store`, { recursive: true, preserveTimestamps: true });
}

/** Takes everything back to where the scenario begins; the texts of the entries of others, by name. */
async function begin(): Promise<ReadonlyMap<string, string>> {
  reset();
  if (scenario?.from === 'nothing') return new Map();
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  for (const line of [':mine:E::mine-ext::/bin/true:', '|odd\nname|E||odd-ext||/bin/true\n|P'])
    world.write(`${world.main}/register`, line);
  const theirs = new Map(entriesOf(world.main).map((e) => [e.name, e.text]));
  if (scenario?.from === 'mounted') return theirs;
  cpSync(`${dir}/old-store`, world.store, { recursive: true, preserveTimestamps: true });
  if (scenario?.from === 'old') {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', anchorDirectory());
    for (const target of targets) registerOld(target);
  } else {
    const daemon = world.start({ flags: ['--interpreters-sources', oldSource] });
    await daemon.verified();
    await daemon.ended('SIGTERM');
  }
  return theirs;
}

function reset(): void {
  for (const path of [world.anchor, world.main])
    while (world.isMounted(path)) world.must('umount', '-l', path);
  const cold = scenario?.from === 'nothing' || scenario?.from === 'mounted';
  for (const path of [world.store, world.run, ...(cold ? [`${dir}/probes`] : [])])
    rmSync(path, { recursive: true, force: true });
  mkdirSync(world.run);
}

function anchorDirectory(): string {
  mkdirSync(world.anchor);
  return world.anchor;
}

function registerOld(target: string): void {
  const architecture = architectureOf(target);
  assert.ok(architecture);
  const interpreter = oldInterpreters().find((path) => path.endsWith(`/qemu-${target}`)) ?? '';
  const name = `keeper-${target}`;
  const line = renderLine({ name, matcher: matcherOf(architecture), interpreter, flags: 'POCF' });
  world.write(`${world.main}/register`, line);
}

function oldInterpreters(): readonly string[] {
  const store = `${dir}/old-store`;
  return readdirSync(store)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .flatMap((hash) => readdirSync(`${store}/${hash}`).map((name) => `${world.store}/${hash}/${name}`));
}

/** The pid of a daemon that has verified everything and written it down. */
function finished(): number | null {
  if (args[0] !== 'run' || !existsSync(`${world.run}/report.json`) || !existsSync(`${world.run}/state.json`))
    return null;
  const report = JSON.parse(readFileSync(`${world.run}/report.json`, 'utf8'));
  const verified = report.ready && report.handlers.length === targets.length;
  const current = report.handlers.every((h: { name: string }) => wanted.includes(h.name));
  const { pid } = report.daemon;
  return verified && current && existsSync(`/proc/${pid}`) ? pid : null;
}

/** Looks at what the killed process left: nothing of others is touched, everything is old or new. */
function inspect(before: readonly Seen[]): string {
  const entries = entriesOf(existsSync(`${world.main}/register`) ? world.main : world.anchor);
  assert.deepEqual(
    entries.filter((e) => before.some((b) => b.name === e.name)),
    before,
    'entries of others',
  );
  assertWhole(world);
  const known = new Set([...before.map((b) => b.name), ...entryNames]);
  for (const { name } of entries) assert.ok(known.has(name), `an entry ${name}`);
  const old = new Set(oldInterpreters());
  const states = targets.map((target) => {
    const path = servingInterpreter(entries, target);
    if (path === null) return 'none';
    assert.ok(path.startsWith(`${world.store}/`) && existsSync(path), `${target} is served by ${path}`);
    const { said } = world.command('sh', '-c', 'echo | "$1"', 'sh', world.probe(target));
    assert.equal(said, `${world.probe(target)}\n`, `${target} does not run`);
    return old.has(path) ? 'old' : 'new';
  });
  if (gapFree) assert.ok(!states.includes('none'), `not served: ${states}`);
  const standIns = entries.filter((e) => e.name.endsWith('.next')).length;
  const files = temporaryFiles(world).length;
  const extra = [
    ...(standIns > 0 ? [`${standIns} stand-in`] : []),
    ...(files > 0 ? [`${files} left over`] : []),
  ];
  return [states.every((s) => s === states[0]) ? `${states[0]}` : states.join(', '), ...extra].join('; ');
}

/** Runs it once more, undisturbed: it must come to the same end as if nothing had happened. */
async function again(before: readonly Seen[]): Promise<void> {
  age(temporaryFiles(world));
  if (args[0] === 'run') {
    const flags = args.slice(1 + config.length);
    const daemon = world.start({ flags });
    daemons.push(daemon);
    await daemon.verified();
    await until('only the wanted entries', () => {
      const found = ours(before);
      return found.join() === [...wanted].sort().join() ? true : null;
    });
    assert.equal(await daemon.ended('SIGTERM'), 0);
    for (const target of targets) {
      const path = servingInterpreter(entriesOf(world.main), target) ?? '';
      assert.ok(!oldInterpreters().includes(path), `${target} is served by ${path}`);
    }
  } else {
    const { status, said } = world.command(
      'env',
      'BINFMT_KEEPER_SANDBOX=1',
      `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
      `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
      'BINFMT_KEEPER_HTTP_LISTEN=off',
      process.execPath,
      '--no-warnings',
      keeper,
      ...args,
    );
    assert.equal(status, 0, said);
    assert.deepEqual(ours(before), wanted);
  }
  const entries = entriesOf(world.main);
  assert.deepEqual(
    entries.filter((e) => before.some((b) => b.name === e.name)),
    before,
    'entries of others',
  );
  assertWhole(world);
  assert.deepEqual(temporaryFiles(world), []);
}

function ours(before: readonly Seen[]): readonly string[] {
  return entriesOf(world.main)
    .map((e) => e.name)
    .filter((name) => !before.some((b) => b.name === name))
    .sort();
}
