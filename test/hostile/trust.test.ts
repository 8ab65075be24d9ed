import assert from 'node:assert/strict';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { LogLine } from '../e2e/daemon.ts';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { until } from '../e2e/until.ts';
import { keeper, type World } from '../e2e/world.ts';

const [target, other] = targets;
const alice = 1000;

await suite(
  import.meta.url,
  'nothing is taken, made or written along a path that another user decides about',
  {
    'an own interpreter and a source that are reached through her symlink': async (world) => {
      const { link, home } = hers(world, `${world.dir}/good`);
      script(`${world.dir}/good/run`, 'good');
      script(`${world.dir}/bad/run`, 'bad');
      world.must('cp', `/usr/bin/qemu-${other}-static`, `${world.dir}/good/`);
      world.configure(`handlers:\n  - {name: mine, magic: '\\x00mIn', interpreter: ${link}/run}\n`);
      const daemon = world.start({ flags: ['--interpreters-sources', `/usr/bin,${link}`] });
      const report = await daemon.problem('interpreter-untrusted');
      assert.deepEqual(detailsOf(report.problems, 'interpreter-untrusted'), [
        `${link}/run cannot be trusted: ${home} belongs to uid ${alice}`,
      ]);
      repoint(link, `${world.dir}/bad`);
      daemon.kill('SIGHUP');
      await daemon.verified(Date.now());
      assert.equal(existsSync(`${world.main}/mine`), false);
      await daemon.ended('SIGTERM');
      const only = world.command(
        ...keep('install', '--platforms', 'ppc64le', '--interpreters-sources', link),
        ...places(world),
      );
      assert.notEqual(only.status, 0);
      assert.match(only.said, new RegExp(`interpreter-untrusted(.|\\n)*${home} belongs to uid ${alice}`));
      return undefined;
    },

    'a store that is reached through her symlink': async (world) => {
      const { link, home, goal } = hers(world);
      const daemon = world.start({ env: { BINFMT_KEEPER_INTERPRETERS_STORE: `${link}/store` } });
      const report = await daemon.problem('interpreter-untrusted');
      const [detail] = detailsOf(report.problems, 'interpreter-untrusted');
      assert.ok(detail?.endsWith(`${home} belongs to uid ${alice}`), detail);
      assert.deepEqual(readdirSync(goal), []);
      return undefined;
    },

    'a run directory, and with it state, socket and anchor': async (world) => {
      const { link, home, goal } = hers(world);
      const daemon = world.start({
        env: {
          BINFMT_KEEPER_MOUNTS_ANCHOR: `${link}/run/binfmt_misc`,
          BINFMT_KEEPER_HTTP_LISTEN: `unix:${link}/http/s`,
          BINFMT_KEEPER_PUBLISH_TEXTFILE: `${link}/keeper.prom`,
        },
      });
      const codes = ['run-directory-untrusted', 'http-unavailable', 'textfile-unwritable'];
      for (const code of codes) await daemon.logged(code, byHer(code, `${home} belongs to uid ${alice}`));
      await daemon.logged('that both are verified', verified(other));
      world.write(`${world.main}/keeper-${target}`, '-1');
      await daemon.healed(`keeper-${target}`, 'missing');
      assert.equal(await daemon.ended('SIGTERM'), 0);
      assert.deepEqual(readdirSync(goal), []);
      const { status } = world.command(...keep('uninstall'), ...places(world, `${link}/run/binfmt_misc`));
      assert.deepEqual([status, readdirSync(goal)], [0, []]);
      return undefined;
    },

    'a main mount: nothing is mounted where her symlink leads': async (world) => {
      const { link, home, goal } = hers(world);
      const daemon = world.start({ env: { BINFMT_KEEPER_MOUNTS_MAIN: link } });
      const line = await daemon.logged(
        'the refusal',
        (l) => l.code === 'instance-missing' || l.problem !== undefined,
      );
      assert.match(JSON.stringify(line), new RegExp(`${home} belongs to uid ${alice}`));
      assert.equal(world.isMounted(goal), false);
      return undefined;
    },

    'a configuration and a binfmt.d file that she may change': async (world) => {
      const { link, home, goal } = hers(world);
      writeFileSync(`${goal}/config.yaml`, 'onStop: remove\n');
      const through = world.command(...keep('install', '--config', `${link}/config.yaml`), ...places(world));
      assert.equal(through.status, 2, through.said);
      assert.match(through.said, new RegExp(`${home} belongs to uid ${alice}`));
      writeFileSync(`${world.dir}/hers.yaml`, '{}\n');
      chownSync(`${world.dir}/hers.yaml`, alice, alice);
      const own = world.command(...keep('install', '--config', `${world.dir}/hers.yaml`), ...places(world));
      assert.equal(own.status, 2, own.said);
      assert.match(own.said, new RegExp(`hers.yaml belongs to uid ${alice}`));
      world.must('mount', '--bind', `${world.dir}/hers.yaml`, world.config);
      world.must('mount', '-o', 'remount,bind,ro', world.config);
      const etc = `${world.dir}/root/etc/binfmt.d`;
      mkdirSync(etc, { recursive: true });
      writeFileSync(`${goal}/x.conf`, ':hers:E::hers-ext::/bin/true:\n');
      symlinkSync(`${link}/x.conf`, `${etc}/x.conf`);
      const daemon = world.start({
        flags: ['--binfmt-d', 'true'],
        env: { BINFMT_KEEPER_BINFMT_D_ROOT: `${world.dir}/root` },
      });
      const report = await daemon.problem('binfmt-d-invalid');
      assert.match(detailsOf(report.problems, 'binfmt-d-invalid').join(), /belongs to uid 1000/);
      await daemon.verified();
      assert.equal(existsSync(`${world.main}/hers`), false);
      return undefined;
    },

    'symlinks of root below its own directories are followed, in a sticky one too, but not hers there':
      async (world) => {
        for (const dir of ['real', 'sticky']) mkdirSync(`${world.dir}/${dir}`);
        world.must('chmod', '1777', `${world.dir}/sticky`);
        symlinkSync('../real', `${world.dir}/sticky/link`);
        symlinkSync('sticky/link', `${world.dir}/way`);
        const daemon = world.start({ env: { BINFMT_KEEPER_INTERPRETERS_STORE: `${world.dir}/way/store` } });
        await daemon.reported('a verified state', (r) => r.ready && r.handlers.length === 2);
        assert.ok(readdirSync(`${world.dir}/real/store`).length > 1);
        await daemon.ended('SIGTERM');
        world.must('chown', '-h', String(alice), `${world.dir}/sticky/link`);
        const next = world.start({ env: { BINFMT_KEEPER_INTERPRETERS_STORE: `${world.dir}/way/store` } });
        const report = await next.problem('interpreter-untrusted');
        assert.match(
          detailsOf(report.problems, 'interpreter-untrusted').join(),
          new RegExp(`${world.dir}/sticky/link is a symlink of uid ${alice}`),
        );
        return undefined;
      },

    'metrics go into a directory of hers that the path itself names': async (world) => {
      const { home } = hers(world);
      const daemon = await world.startVerified({
        env: { BINFMT_KEEPER_PUBLISH_TEXTFILE: `${home}/keeper.prom` },
      });
      await daemon.reported('no problem', (r) => r.problems.length === 0);
      await until('the metrics', () => (existsSync(`${home}/keeper.prom`) ? true : null));
      await daemon.ended('SIGTERM');
      assert.equal(existsSync(`${home}/keeper.prom`), false);
      return undefined;
    },
  },
  'all',
);

/** A directory of root's, and a symlink to it in a directory of hers. */
function hers(world: World, goal = `${world.dir}/goal`) {
  const home = `${world.dir}/alice`;
  const link = `${home}/link`;
  for (const dir of [home, goal]) mkdirSync(dir, { recursive: true });
  chownSync(home, alice, alice);
  repoint(link, goal);
  return { home, link, goal };
}

function repoint(link: string, goal: string): void {
  if (existsSync(link)) unlinkSync(link);
  symlinkSync(goal, link);
}

function script(path: string, word: string): void {
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho ${word}\n`, { mode: 0o755 });
}

function keep(...args: readonly string[]): [string, ...string[]] {
  const env = ['BINFMT_KEEPER_SANDBOX=1', 'BINFMT_KEEPER_HTTP_LISTEN=off'];
  return ['env', ...env, process.execPath, '--no-warnings', keeper, ...args];
}

function places(world: World, anchor = world.anchor): string[] {
  return ['--interpreters-store', world.store, '--mounts-anchor', anchor];
}

function detailsOf(problems: readonly { code: string; detail: string }[], code: string): string[] {
  return problems.filter((p) => p.code === code).map((p) => p.detail);
}

function byHer(code: string, why: string): (line: LogLine) => boolean {
  return (line) => line.problem === code && String(line.detail).includes(why);
}

function verified(key: string): (line: LogLine) => boolean {
  return (line) => line.handler === `keeper-${key}` && line.event === 'verified';
}
