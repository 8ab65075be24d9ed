import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import type { Report } from '../../src/core/report/report.ts';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import { pause } from '../e2e/until.ts';
import { keeper, type World } from '../e2e/world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const emulator = `/usr/bin/qemu-${target}-static`;
const alice = 1000;

await suite(
  import.meta.url,
  'what others could change is never run as root, and never preferred',
  {
    'last: an interpreter that another user owns is told, never run, and ours stands in front': async (
      world,
    ) => {
      const { path, log } = wrapper(world, 'hers');
      chownSync(path, alice, alice);
      for (const flags of ['', 'F']) {
        mountMain(world);
        const daemon = await world.startVerified({ flags: ['--precedence', 'last'], platforms: target });
        world.register('hers', path, flags);
        const report = await daemon.problem('untrusted-interpreter');
        assert.deepEqual(
          report.problems.filter((p) => p.code === 'untrusted-interpreter').map((p) => [p.subject, p.detail]),
          [['hers', `${path} belongs to uid ${alice}`]],
        );
        const row = rowOf(await daemon.reported('ours in front', isOurs), target);
        assert.deepEqual([row?.owner, row?.probe?.verdict], ['keeper', 'verified']);
        assert.equal(textOf(log), '');
        await daemon.ended('SIGTERM');
        world.write(`${world.main}/hers`, '-1');
      }
      return undefined;
    },

    'last: a file that F pinned is judged by itself, whatever its path leads to now': async (world) => {
      mountMain(world);
      const path = `${world.dir}/qemu`;
      copyFileSync(emulator, path);
      chownSync(path, alice, alice);
      world.register('hers', path);
      copyFileSync(emulator, `${path}.new`);
      renameSync(`${path}.new`, path);
      const daemon = world.start({ flags: ['--precedence', 'last'], platforms: target });
      const report = await daemon.problem('untrusted-interpreter');
      const [problem] = report.problems.filter((p) => p.code === 'untrusted-interpreter');
      assert.match(problem?.detail ?? '', new RegExp(`it runs by ${path}.* belongs to uid ${alice}`));
      await daemon.reported('ours in front', isOurs);
      return undefined;
    },

    'last: a version is asked of the file that ran, never of what its path leads to here': async (world) => {
      mountMain(world);
      const { path } = wrapper(world, 'other');
      copyFileSync(emulator, path);
      world.register('theirs', path);
      // As with the path of a container's file.
      world.must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', `${world.dir}/other`);
      const { log } = wrapper(world, 'other');
      const daemon = world.start({ flags: ['--precedence', 'last'], platforms: target });
      await daemon.reported('it serving', (r) => {
        const row = rowOf(r, target);
        return row?.state === 'foreign-ok' && row.probe?.verdict === 'verified';
      });
      await pause(1000);
      assert.equal(textOf(log), '');
      return undefined;
    },

    'a trusted one is tried by a user of its own, without groups, capabilities and ways to get them': async (
      world,
    ) => {
      mountMain(world);
      const { path, log } = wrapper(world, 'root');
      world.register('theirs', path, '');
      const daemon = world.start({ flags: ['--precedence', 'last'], platforms: target });
      await daemon.reported('it serving', (r) => rowOf(r, target)?.state === 'foreign-ok');
      assert.match(textOf(log), /^60876 60876 60876 CapPrm:0+ CapEff:0+ NoNewPrivs:1$/m);
      assert.doesNotMatch(textOf(log), /^0 /m);
      return undefined;
    },

    'without the right to look at processes of others we look with the rights of that other': async (
      world,
    ) => {
      mountMain(world);
      const { path, log } = wrapper(world, 'root');
      world.register('theirs', path, '');
      const prefix = ['setpriv', '--bounding-set', '-sys_ptrace', '--inh-caps=-all'];
      const daemon = world.start({ prefix, flags: ['--precedence', 'last'], platforms: target });
      const report = await daemon.reported('it serving', (r) => rowOf(r, target)?.state === 'foreign-ok');
      assert.equal(rowOf(report, target)?.probe?.verdict, 'verified');
      assert.match(textOf(log), /^60876 /m);
      return undefined;
    },

    'without setpriv(1) they run as another user all the same, and the problem says what is missing': async (
      world,
    ) => {
      const bin = `${world.dir}/bin`;
      mkdirSync(bin);
      for (const tool of ['mount', 'umount', 'true', 'head', 'stat', 'sh'])
        world.must('ln', '-s', `/usr/bin/${tool}`, `${bin}/${tool}`);
      const daemon = world.start({ env: { PATH: bin }, platforms: target });
      const report = await daemon.problem('probe-privileged');
      assert.match(report.problems.map((p) => p.detail).join(), /setpriv/);
      await daemon.reported('ours', isOurs);
      return undefined;
    },

    'a directory of PATH that may not be passed is passed over': async (world) => {
      const shut = `${world.dir}/shut`;
      mkdirSync(shut, { mode: 0 });
      const prefix = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps=-all'];
      const PATH = `${shut}:${world.config}:${process.env.PATH}`;
      await world.startVerified({ prefix, env: { PATH }, platforms: target });
      return undefined;
    },

    'a directory on the way that others may not pass: probes run all the same': async (world) => {
      chmodSync(world.dir, 0o700);
      await world.startVerified({ platforms: target });
      return undefined;
    },

    'adopt: an interpreter that another user owns is not adopted': async (world) => {
      mountMain(world);
      const { path, log } = wrapper(world, 'hers');
      chownSync(path, alice, alice);
      world.register('hers', path);
      world.configure('adopt: [hers]\n');
      const daemon = world.start({ platforms: target });
      await daemon.problem('untrusted-interpreter');
      await daemon.reported('ours in front', isOurs);
      world.write(`${world.main}/hers`, '-1');
      await pause(3000);
      assert.equal(existsSync(`${world.main}/hers`), false);
      assert.equal(textOf(log), '');
      return undefined;
    },

    'an installation in the spelling of other tools does not keep it': async (world) => {
      mountMain(world);
      const { path, log } = wrapper(world, 'hers');
      chownSync(path, alice, alice);
      world.register(`qemu-${target}`, path);
      const env = [
        'BINFMT_KEEPER_SANDBOX=1',
        `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
        `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
      ];
      const command = [process.execPath, '--no-warnings', keeper, '--install', target];
      const { said } = world.command('env', ...env, ...command);
      assert.match(
        said,
        new RegExp(`replacing qemu-${target} .*cannot be trusted: ${path} belongs to uid ${alice}`),
      );
      assert.equal(textOf(log), '');
      assert.match(readFileSync(`${world.main}/qemu-${target}`, 'latin1'), new RegExp(`${world.store}/`));
      return undefined;
    },
  },
  'all',
);

function isOurs(report: Report): boolean {
  const row = rowOf(report, target);
  return row?.state === 'ok' && row.probe?.verdict === 'verified' && row.name === ours;
}

function rowOf(report: Report, key: string) {
  return report.handlers.find((h) => h.key === key);
}

function mountMain(world: World): void {
  if (!world.isMounted(world.main)) world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
}

/** An emulator that writes down with which rights it was run. */
function wrapper(world: World, name: string) {
  const dir = `${world.dir}/${name}`;
  const log = `${dir}/log`;
  mkdirSync(dir, { recursive: true });
  writeFileSync(log, '');
  chmodSync(log, 0o666);
  const path = `${dir}/qemu`;
  const fields = 'sed -n "s/\\t//; /^NoNewPrivs/p; /^CapPrm/p; /^CapEff/p" /proc/self/status';
  const text = `#!/bin/sh\necho $(id -u) $(id -g) $(id -G) $(${fields}) >>${log}\nexec ${emulator} "$@"\n`;
  writeFileSync(path, text, { mode: 0o755 });
  return { path, log };
}

function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}
