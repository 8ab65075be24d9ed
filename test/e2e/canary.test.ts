import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/core/report/report.ts';
import type { Daemon } from './daemon.ts';
import { targets } from './foreign.ts';
import { suite } from './suite.ts';
import { pause, until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const emulator = `/usr/bin/qemu-${target}-static`;
const ours = `keeper-${target}`;
/** The canary's program, the short way and the long one, and its script. */
const canaries = 'node\\0--version|thread-self/exe|\\0-f\\0/proc';

await suite(import.meta.url, 'a trial of native programs that fails by itself takes no handler away', {
  'whose programs are killed by somebody, at the start as at an upgrade': async (world) => {
    const killed = killer(world);
    const flags = ['--interpreters-sources', sources(world)];
    const daemon = world.start({ platforms: target, flags });
    const kills = killed(daemon);
    await daemon.verified();
    const prober = await world.prober();
    const seen = kills();
    // The program lives a few milliseconds, and who kills it is not always in time.
    for (let left = 40; kills() === seen && left > 0; left--) await upgrade(world, daemon);
    assert.ok(kills() > seen, 'no canary was killed');
    await pause(1000);
    await prober.assertUnbroken();
    assert.ok(daemon.names().includes(ours));
    assert.deepEqual(
      codes(daemon).filter((code) => code === 'canary-failed'),
      [],
    );
    return undefined;
  },

  'for which the host has no process left: it is named, made up for and solved': async (world) => {
    const full = `${world.dir}/full`;
    const filler = fileURLToPath(new URL('filler.child.ts', import.meta.url));
    const script = `echo 310 >/proc/sys/kernel/pid_max || exit 77; ${process.execPath} --no-warnings ${filler} ${full} & "$@"`;
    const prefix = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script, 'sh'];
    world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
    const flags = ['--interpreters-sources', sources(world)];
    const daemon = world.start({ platforms: target, flags, prefix });
    // It runs in a namespace of process ids of its own, so its report has another id than we know.
    const reported = (fits: (report: Report) => boolean): Promise<Report | 'ended'> =>
      until('the report', () => {
        if (readFileSync(`/proc/${daemon.pid}/stat`, 'latin1').includes(') Z ')) return 'ended';
        const report = reportIn(world);
        return report !== null && fits(report) ? report : null;
      });
    const first = await reported((r) => r.ready);
    if (first === 'ended')
      return 'this kernel has one limit of process ids for all namespaces (Linux < 6.14)';
    const prober = await world.prober();
    writeFileSync(full, '');
    await until('no process id to be left', () =>
      world.command('nsenter', `--pid=/proc/${daemon.pid}/ns/pid_for_children`, 'true').status === 0
        ? null
        : true,
    );
    upgradeSource(world);
    await reported((r) => r.problems.some((p) => p.code === 'canary-undecided'));
    const { interpreter } = first.handlers[0] ?? {};
    const second = await reported((r) => r.handlers[0]?.interpreter !== interpreter);
    assert.ok(second !== 'ended' && !second.problems.some((p) => p.code === 'canary-failed'));
    rmSync(full);
    await reported((r) => r.ready && !r.problems.some((p) => p.code === 'canary-undecided'));
    await prober.assertUnbroken();
    return undefined;
  },
});

function sources(world: World): string {
  const dir = `${world.dir}/sources`;
  mkdirSync(dir);
  copyFileSync(emulator, `${dir}/qemu-${target}-static`);
  return dir;
}

function upgradeSource(world: World): void {
  const source = `${world.dir}/sources/qemu-${target}-static`;
  copyFileSync(emulator, `${source}.new`);
  appendFileSync(`${source}.new`, `upgraded ${process.hrtime.bigint()}`);
  renameSync(`${source}.new`, source);
}

async function upgrade(world: World, daemon: Daemon): Promise<void> {
  const before = daemon.report()?.handlers[0]?.interpreter;
  upgradeSource(world);
  await daemon.reported('the new path', (r) => r.handlers[0]?.interpreter !== before);
}

/** Kills the programs of the canary from now on; tells how many it has killed. */
function killer(world: World): (daemon: Daemon) => () => number {
  const program = fileURLToPath(new URL('child-killer.child.ts', import.meta.url));
  return (daemon) => {
    let kills = 0;
    const child = world.child(process.execPath, ['--no-warnings', program, String(daemon.pid), canaries]);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      kills += text.split('\n').length - 1;
    });
    return () => kills;
  };
}

function reportIn(world: World): Report | null {
  try {
    return JSON.parse(readFileSync(`${world.run}/report.json`, 'utf8'));
  } catch {
    return null;
  }
}

function codes(daemon: Daemon): readonly string[] {
  return daemon.report()?.problems.map((p) => p.code) ?? [];
}
