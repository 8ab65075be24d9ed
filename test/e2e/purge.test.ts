import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cli, reportOf } from './cli.ts';
import { callInContainer, shareRunDirectory } from './drop-in-call.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import type { World } from './world.ts';

const [target, other] = targets;

await suite(import.meta.url, 'uninstall --purge leaves nothing of ours, and everything of others', {
  'without a daemon: entries of whatever name, store, probes, anchor and what was remembered': async (
    world,
  ) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    cli(world, ['install', '--persist', target]);
    assert.ok(world.isMounted(world.anchor));
    assert.equal((await callInContainer(world, ['--install', target])).status, 0);
    world.register('python3.12', '/bin/true', '');
    world.register('qemu-theirs');
    const theirs = ofOthers(world);
    const { status, said } = cli(world, ['uninstall', '--purge']);
    assert.equal(status, 0, said);
    assert.deepEqual(entries(world), ['python3.12', 'qemu-theirs']);
    assertPurged(world, theirs);
    for (const path of theirs)
      if (!path.startsWith(`${world.dir}/probes`)) assert.ok(said.includes(path), said);
    assert.equal(world.isMounted(world.main), true, 'the main mount is everybody’s');
    assert.equal(cli(world, ['uninstall', '--purge']).status, 0, 'twice is no failure');
    return undefined;
  },

  'by a daemon, which goes on and is not ready; whatever starts after it begins anew': async (world) => {
    for (const end of ['SIGTERM', 'SIGKILL'] as const) {
      const daemon = await world.startVerified();
      assert.equal(cli(world, ['uninstall', other]).status, 0);
      const { status, said } = cli(world, ['uninstall', '--purge', '-o', 'json']);
      assert.equal(status, 0, said);
      assert.ok(JSON.parse(said).purged.bytes > 1_000_000, said);
      assert.deepEqual(daemon.names(), []);
      assert.ok(!existsSync(world.store) && !world.isMounted(world.anchor));
      const health = cli(world, ['health']);
      assert.equal(health.status, 1, health.said);
      assert.match(health.said, /everything was uninstalled by request; not ready/);
      assert.deepEqual(reportOf(world, 'status').problems, []);
      await daemon.ended(end);
      if (end === 'SIGTERM') assert.ok(!existsSync(world.run), readdirIfAny(world.run).join());
      const next = await world.startVerified();
      assert.deepEqual(next.names().toSorted(), targets.map((t) => `keeper-${t}`).toSorted());
      assert.equal(await next.ended('SIGTERM'), 0);
      assert.equal(cli(world, ['uninstall', '--purge']).status, 0);
    }
    return undefined;
  },

  'a daemon that was purged and is asked to install keeps everything as before': async (world) => {
    const daemon = await world.startVerified();
    assert.equal(cli(world, ['uninstall', '--purge']).status, 0);
    const installed = cli(world, ['install']);
    assert.equal(installed.status, 0, installed.said);
    await daemon.verified();
    await world.untilMounted(world.anchor);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.ok(existsSync(world.store) && world.isMounted(world.anchor), 'nothing goes with its end');
    return undefined;
  },

  'in the spelling of older tools, in a container with the volume, beside a daemon and without': async (
    world,
  ) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    shareRunDirectory(world);
    const daemon = await world.startVerified();
    const first = await callInContainer(world, ['--purge'], { volume: true });
    assert.equal(first.status, 0, first.stderr);
    assert.deepEqual(JSON.parse(first.stdout).emulators, []);
    assert.match(first.stderr, /^removed keeper-/m);
    assert.deepEqual(daemon.names(), []);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    assert.equal((await callInContainer(world, ['--install', target], { volume: true })).status, 0);
    world.register('qemu-theirs');
    const second = await callInContainer(world, ['--uninstall', 'qemu-none*', '--purge'], { volume: true });
    assert.equal(second.status, 0, second.stderr);
    assert.deepEqual(entries(world), ['qemu-theirs']);
    assertPurged(world, []);
    const wrong = await callInContainer(world, ['--purge', '--install', target]);
    assert.equal(wrong.status, 2);
    return undefined;
  },

  'platforms cannot be named with it, and a daemon that cannot be asked keeps everything': async (world) => {
    await world.startVerified();
    const named = cli(world, ['uninstall', target, '--purge']);
    assert.deepEqual([named.status, /leave the platforms out/.test(named.said)], [2, true]);
    const elsewhere = await callInContainer(world, ['uninstall', '--purge']);
    assert.equal(elsewhere.status, 1, elsewhere.stderr);
    const spelled = await callInContainer(world, ['--purge']);
    assert.equal(spelled.status, 1);
    assert.match(
      spelled.stderr.trimEnd().split('\n').at(-1) ?? '',
      /locked-by-another: Another keeper serves/,
    );
    assert.ok(existsSync(`${world.store}/manifest.json`));
    return undefined;
  },
});

/** Files that are not ours, in each of our directories. */
function ofOthers(world: World): readonly string[] {
  const paths = [
    `${world.store}/notes`,
    `${world.run}/notes`,
    `${world.run}/probes.txt`,
    `${world.store}/0123456789abcdef.txt`,
  ];
  for (const path of paths) writeFileSync(path, 'theirs');
  mkdirSync(`${world.store}/theirs`);
  writeFileSync(`${world.store}/theirs/manifest.json`, '{}');
  mkdirSync(`${world.dir}/probes`, { recursive: true });
  writeFileSync(`${world.dir}/probes/notes`, 'theirs');
  return [...paths, `${world.store}/theirs`, `${world.dir}/probes/notes`];
}

function assertPurged(world: World, theirs: readonly string[]): void {
  assert.ok(!world.isMounted(world.anchor));
  for (const path of theirs) assert.ok(existsSync(path), path);
  const rest = [world.store, world.run].flatMap((dir) => readdirIfAny(dir).map((name) => `${dir}/${name}`));
  assert.deepEqual(
    rest.filter((path) => !theirs.includes(path)),
    [],
  );
  assert.deepEqual(
    readdirIfAny(`${world.dir}/probes`).filter((name) => name !== 'notes'),
    [],
  );
}

function readdirIfAny(dir: string): readonly string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

function entries(world: World): readonly string[] {
  return readdirSync(world.main)
    .filter((file) => file !== 'register' && file !== 'status')
    .sort();
}
