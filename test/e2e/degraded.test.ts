import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { targets } from './foreign.ts';
import { sleepProgram } from './sleep-program.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const [target, other] = targets;
const ours = `keeper-${target}`;

await suite(import.meta.url, 'what the machine lacks is named, and the rest works', {
  ...Object.fromEntries(
    (['max_inotify_instances', 'max_inotify_watches'] as const).map((limit) => [
      `with ${limit} exhausted entries are healed by looking every second`,
      async (world: World) => {
        world.write(`/proc/sys/user/${limit}`, '0');
        const daemon = await world.startVerified();
        await daemon.problem('no-inotify');
        const since = Date.now();
        world.write(`${world.main}/${ours}`, '-1');
        await daemon.healed(ours, 'missing');
        await daemon.verified(since);
        return undefined;
      },
    ]),
  ),

  'without FFI everything goes through helpers': async (world) => {
    const daemon = await world.startVerified({ env: { BINFMT_KEEPER_NO_FFI: '1' } });
    await daemon.problem('no-ffi');
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    world.must('umount', '-l', world.anchor);
    await world.untilMounted(world.anchor);
    await daemon.verified(since);
    const second = world.start({ env: { BINFMT_KEEPER_NO_FFI: '1' } });
    await second.logged('that it stands by', (l) => l.problem === 'locked-by-another');
    assert.equal(await second.ended('SIGTERM'), 0);
    await daemon.ended('SIGKILL');
    await world.startVerified({ env: { BINFMT_KEEPER_NO_FFI: '1' } });
    return undefined;
  },

  'a probe that hangs is named and delays no heal': async (world) => {
    const flags = ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '2s'];
    const daemon = world.start({ flags });
    await daemon.reported('both handlers', (r) => r.handlers.length === 2);
    await daemon.logged('that the first one works', (l) => l.verdict === 'verified');
    world.write(`${world.main}/${ours}`, '-1');
    const heal = await daemon.healed(ours, 'missing');
    const hung = await daemon.logged('that the probe hung', (l) => l.problem === 'probe-hung');
    assert.ok(String(heal.time) < String(hung.time), 'the heal waited for the hung probe');
    const report = await daemon.problem('probe-hung');
    assert.equal(report.ready, false);
    assert.equal(report.handlers.find((h) => h.key === other)?.state, 'unverified');
    assert.ok(daemon.runs());
    return undefined;
  },

  'SIGTERM does not wait for a probe that hangs': async (world) => {
    const flags = ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '10m'];
    const daemon = world.start({ flags });
    await daemon.logged('that the first one works', (l) => l.verdict === 'verified');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'a source directory that never answers does not keep the next one from serving, nor the daemon from ending':
    async (world) => {
      const hung = await hangingDirectory(world);
      if (hung === null) return '/dev/fuse is missing or not for us';
      const daemon = world.start({
        platforms: target,
        flags: ['--interpreters-sources', `${hung},/usr/bin`],
      });
      await daemon.verified();
      const since = Date.now();
      world.write(`${world.main}/${ours}`, '-1');
      await daemon.healed(ours, 'missing');
      await daemon.verified(since);
      assert.equal(await daemon.ended('SIGTERM'), 0);
      return undefined;
    },

  'where the only source directory never answers, that is named': async (world) => {
    const hung = await hangingDirectory(world);
    if (hung === null) return '/dev/fuse is missing or not for us';
    const daemon = world.start({ platforms: target, flags: ['--interpreters-sources', hung] });
    await daemon.problem('hung-path');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'an own handler whose interpreter never answers is named; everything else works, and SIGTERM too': async (
    world,
  ) => {
    const hung = await hangingDirectory(world);
    if (hung === null) return '/dev/fuse is missing or not for us';
    world.configure(`handlers: [{name: own, extension: own-ext, interpreter: ${hung}/run, flags: ''}]\n`);
    const daemon = await world.startVerified();
    await daemon.problem('hung-path');
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },
});

/** A directory in which the other target's emulator is a program that sleeps, whatever it is asked. */
function hangingEmulator(world: World): string {
  const dir = `${world.dir}/hanging`;
  mkdirSync(dir);
  writeFileSync(`${dir}/qemu-${other}-static`, sleepProgram(), { mode: 0o755 });
  return dir;
}

/** A mount point of FUSE whose server answers nothing. */
async function hangingDirectory(world: World): Promise<string | null> {
  if (!existsSync('/dev/fuse')) return null;
  const dir = `${world.dir}/hung`;
  mkdirSync(dir);
  const server = fileURLToPath(new URL('../host/hung-fuse.child.ts', import.meta.url));
  const child = world.child(process.execPath, ['--no-warnings', server, dir]);
  let ended = false;
  child.on('exit', () => {
    ended = true;
  });
  const mounted = await until('the mount', () =>
    ended ? 'no' : world.isMounted(dir, 'fuse') ? 'yes' : null,
  );
  return mounted === 'yes' ? dir : null;
}
