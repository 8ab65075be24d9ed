import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/package/build.ts';
import { cli, reportOf } from './cli.ts';
import { targets } from './foreign.ts';
import { get, httpOf } from './http-get.ts';
import { sleepProgram } from './sleep-program.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
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

  // As a pod without capabilities into which the host's mount is bound (profile hostMount).
  "without any capability it serves on the host's own mount, and says what it lacks": async (world) => {
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const daemon = await world.startVerified({
      prefix: ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
    });
    const report = await daemon.problem('anchor-not-shared');
    assert.ok(report.ready);
    assert.deepEqual(
      report.problems.filter((p) => p.severity === 'error'),
      [],
    );
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    return undefined;
  },

  'a probe that hangs is named and delays no heal': async (world) => {
    const flags = ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '2s'];
    const daemon = world.start({ flags });
    await daemon.reported('both handlers', (r) => r.handlers.length === 2);
    await daemon.logged('that the first one works', (l) => l.event === 'verified');
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

  'what a probe found is forgotten with its handler': async (world) => {
    const flags = ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '1s'];
    const daemon = world.start({ flags });
    await daemon.problem('probe-hung');
    const { status, said } = cli(world, ['uninstall', other]);
    assert.equal(status, 0, said);
    await daemon.logged('that it is solved', (l) => l.event === 'solved' && l.problem === 'probe-hung');
    assert.deepEqual(reportOf(world, 'status').problems, []);
    return undefined;
  },

  'with parts of its program removed under it the daemon says so to whoever asks, and goes on': async (
    world,
  ) => {
    const directory = `${world.dir}/bundle`;
    await bundle(directory);
    const http = `unix:${world.run}/http.sock`;
    const daemon = await world.startVerified({
      ...{ platforms: target, program: `${directory}/main.mjs` },
      env: { BINFMT_KEEPER_HTTP_LISTEN: http },
    });
    await httpOf(daemon);
    rmSync(directory, { recursive: true });
    for (const path of ['/metrics', '/']) {
      const got = await get(http, path);
      assert.deepEqual([path, got.status], [path, 503]);
      assert.match(got.body, /^restart-needed: /);
    }
    await daemon.problem('restart-needed');
    assert.equal((await get(http, '/readyz')).status, 200);
    assert.equal((await get(http, '/status')).status, 200);
    const since = Date.now();
    world.write(`${world.main}/${ours}`, '-1');
    await daemon.healed(ours, 'missing');
    await daemon.verified(since);
    world.configure(`publish: {textfile: ${world.dir}/k.prom}\n`);
    daemon.kill('SIGHUP');
    const report = await daemon.problem('textfile-unwritable');
    assert.match(
      report.problems.find((p) => p.code === 'textfile-unwritable')?.detail ?? '',
      /restart-needed/,
    );
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'with its descriptors used up by clients the daemon goes on healing': async (world) => {
    const daemon = await world.startVerified();
    world.must('prlimit', '--pid', String(daemon.pid), '--nofile=48:48');
    const clients = Array.from({ length: 40 }, () => {
      const client = createConnection({ path: `${world.run}/control.sock` }).on('error', () => {});
      client.write('{"version":1,"type":"watch"}\n');
      return client;
    });
    await until('no descriptor to be left', () =>
      readdirSync(`/proc/${daemon.pid}/fd`).length >= 46 ? true : null,
    );
    world.write(`${world.main}/${ours}`, '-1');
    await pause(500);
    for (const client of clients) client.destroy();
    await until('the entry', () => (daemon.names().includes(ours) ? true : null));
    const since = Date.now();
    daemon.kill('SIGHUP');
    await daemon.verified(since);
    return undefined;
  },

  'SIGTERM does not wait for emulators that never say their version, and nothing is registered after it':
    async (world) => {
      const many = 'riscv64 s390x ppc64le mips arm ppc64 hppa alpha m68k sh4 sparc64 xtensa'.split(' ');
      const flags = ['--interpreters-sources', `${hangingEmulator(world, many)},/usr/bin`];
      const daemon = world.start({ platforms: 'all', flags });
      await until('the start', () => (existsSync(`${world.run}/control.sock`) ? true : null));
      assert.equal(await daemon.ended('SIGTERM'), 0);
      assert.deepEqual(readdirSync(world.main).toSorted(), ['register', 'status']);
      await until('its children to end', () => (runsFrom(world.dir) ? null : true));
      return undefined;
    },

  'SIGTERM does not wait for a probe that hangs': async (world) => {
    const flags = ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '10m'];
    const daemon = world.start({ flags });
    await daemon.logged('that the first one works', (l) => l.event === 'verified');
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'what happens while a daemon still prepares takes away nothing that the one before registered': async (
    world,
  ) => {
    const first = await world.startVerified({ platforms: target });
    const prober = await world.prober();
    await first.ended('SIGKILL');
    // Asking this one for its version takes five seconds.
    const next = world.start({
      flags: ['--interpreters-sources', `${hangingEmulator(world)},/usr/bin`, '--probe-timeout', '2s'],
    });
    for (let event = 0; !next.log.some((l) => l.event === 'keeping'); event++) {
      world.write(`${world.main}/register`, `:zz${event}:E::zz${event}::/bin/true:`);
      await pause(100);
    }
    await prober.assertUnbroken();
    // It takes along what hangs.
    await next.ended('SIGTERM');
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

  'an emulator in place and an own handler whose file hangs at a reload stay registered, also after a restart, and go on':
    async (world) => {
      const dir = `${world.dir}/hung`;
      mkdirSync(dir);
      for (const name of ['own', `qemu-${target}-static`])
        copyFileSync(`/usr/bin/qemu-${target}-static`, `${dir}/${name}`);
      world.configure(`handlers: [{name: own, extension: own-ext, interpreter: ${dir}/own, flags: F}]\n`);
      const options = {
        platforms: target,
        flags: ['--interpreters-sources', dir, '--interpreters-deploy', 'in-place'],
      };
      const daemon = await world.startVerified(options);
      const entries = (): readonly string[] =>
        ['own', ours].map((name) => readFileSync(`${world.main}/${name}`, 'latin1'));
      const before = entries();
      if ((await hangingDirectory(world)) === null) return '/dev/fuse is missing or not for us';
      const prober = await world.prober();
      const since = Date.now();
      daemon.kill('SIGHUP');
      const report = await daemon.problem('hung-path');
      assert.ok(report.handlers.every((h) => h.owner === 'keeper'));
      await prober.assertUnbroken();
      assert.deepEqual(entries(), before);
      await daemon.verified(since);
      await daemon.ended('SIGKILL');
      const next = world.start(options);
      await next.problem('hung-path');
      await next.verified();
      assert.deepEqual(entries(), before);
      await prober.assertUnbroken();
      // What is lost now cannot come back: the kernel would wait for the file, and the daemon with it.
      world.write(`${world.main}/own`, '-1');
      const lost = await next.reported('the loss', (r) =>
        r.handlers.some((h) => h.key === 'own' && h.state === 'missing'),
      );
      assert.equal(lost.ready, true);
      assert.equal(await next.ended('SIGTERM'), 0);
      return undefined;
    },
});

/** A directory in which emulators, by default the other target's, are programs that sleep, whatever they are asked. */
function hangingEmulator(world: World, which: readonly string[] = [other]): string {
  const dir = `${world.dir}/hanging`;
  mkdirSync(dir);
  for (const one of which) writeFileSync(`${dir}/qemu-${one}-static`, sleepProgram(), { mode: 0o755 });
  return dir;
}

/** A mount point of FUSE whose server answers nothing. */
async function hangingDirectory(world: World): Promise<string | null> {
  if (!existsSync('/dev/fuse')) return null;
  const dir = `${world.dir}/hung`;
  mkdirSync(dir, { recursive: true });
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

/** Whether any process is a program of this directory; pgrep(1) is not everywhere. */
function runsFrom(dir: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(`${dir}/`);
    } catch {
      return false; // no process, or one that has ended
    }
  });
}
