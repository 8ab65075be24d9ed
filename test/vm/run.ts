/**
 * `npm run test:vm [RUN…]`: real machines with systemd and SELinux, emulated, in which the keeper is installed, hurt,
 * rebooted and switched off. Needs root, qemu-system-x86, qemu-system-arm, mmdebstrap, policycoreutils, secilc, e2fsprogs
 * and cpio. BINFMT_KEEPER_VM_JOBS machines run at once (2), BINFMT_KEEPER_VM_RESTARTS is how often systemd-binfmt is restarted
 * (200), BINFMT_KEEPER_VM_TRIES how often a machine that failed is tried (1), BINFMT_KEEPER_ARTIFACTS a directory for every console's log.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { boot, type Told } from './boot.ts';
import { imageOf, type Suite } from './image.ts';
import { buildPackages, layOutPayload, type PayloadKind, packTar } from './payload.ts';

interface Run {
  readonly suite: Suite;
  readonly part: string;
  readonly payload: PayloadKind;
  readonly append: readonly string[];
  /** Not among those that run where none is named. */
  readonly byName?: true;
}

const masked = ['automount', 'mount'].map((kind) => `systemd.mask=proc-sys-fs-binfmt_misc.${kind}`);
const restarts = [`vm.restarts=${process.env.BINFMT_KEEPER_VM_RESTARTS ?? '200'}`];

/** The longest first. */
const runs: Readonly<Record<string, Run>> = {
  service: { suite: 'bookworm', part: 'service', payload: 'release', append: restarts },
  'service-backports': { suite: 'backports', part: 'service', payload: 'release', append: restarts },
  packages: { suite: 'bookworm', part: 'packages', payload: 'packages', append: [] },
  bottlerocket: {
    suite: 'bottlerocket',
    part: 'bottlerocket',
    payload: 'release',
    // The kernel's log is where denials are counted: all of them are kept, and none slows the console.
    append: ['init=/usr/sbin/bottlerocket-init', 'loglevel=4', 'audit_backlog_limit=8192', 'log_buf_len=4M'],
    byName: true,
  },
  masked: { suite: 'bookworm', part: 'masked', payload: 'release', append: masked },
  'masked-backports': { suite: 'backports', part: 'masked', payload: 'release', append: masked },
  arm64: { suite: 'arm64', part: 'smoke-arm64', payload: 'arm64', append: [] },
};

const given = process.argv.slice(2);
const unknown = given.filter((name) => !(name in runs));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; there are ${Object.keys(runs).join(', ')}`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'keeper-vm-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const packages = buildPackages();
const tars = new Map<PayloadKind, Promise<string>>();
const waiting = Object.entries(runs).filter(([name, { byName }]) =>
  given.length === 0 ? byName !== true : given.includes(name),
);
const limits = { reachMs: 6 * 60_000, limitMs: 30 * 60_000 };
/** A machine that fails is tried again, aloud: on a busy machine an emulated one may miss what it has time limits for. */
const tries = Math.max(1, Number(process.env.BINFMT_KEEPER_VM_TRIES ?? 1));
const jobs = Math.max(1, Number(process.env.BINFMT_KEEPER_VM_JOBS ?? 2));
await Promise.all(Array.from({ length: jobs }, work));
console.log(process.exitCode === undefined ? '# all machines: well' : '# not all machines: well');

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tryMachine(...next);
}

async function tryMachine(name: string, run: Run): Promise<void> {
  const say = (line: string): void => console.log(`${name}: ${line}`);
  for (let left = tries; left > 0; left--) {
    const { bad, log, reached } = await once(name, run, say);
    if (bad.length === 0) {
      if (process.env.BINFMT_KEEPER_ARTIFACTS !== undefined) keep(name, log);
      return;
    }
    if (left > 1) {
      say(
        `# ${reached ? 'failed' : 'never came as far as the suite'}, and is tried once more: ${bad.join('; ')}`,
      );
      keep(`${name}-failed`, log);
    } else fail(name, log, bad);
  }
}

async function once(
  name: string,
  run: Run,
  say: (line: string) => void,
): Promise<{ readonly bad: readonly string[]; readonly log: string; readonly reached: boolean }> {
  const log = join(scratch, `${name}.log`);
  rmSync(`${log}.socket`, { force: true });
  const image = await imageOf(run.suite);
  const payload = await payloadOf(run.payload);
  const started = performance.now();
  const told = await boot(image, { ...run, ...limits, payload, log, say });
  const bad = [...told.bad, ...shutdownFaults(log)];
  for (const line of consoleSays(log)) say(`# console: ${line}`);
  say(`# ${told.good.length} ok, ${bad.length} not, ${Math.round((performance.now() - started) / 1000)} s`);
  return { bad, log, reached: told.reached };
}

function payloadOf(kind: PayloadKind): Promise<string> {
  const made = tars.get(kind) ?? makePayload(kind);
  tars.set(kind, made);
  return made;
}

async function makePayload(kind: PayloadKind): Promise<string> {
  const directory = await layOutPayload(join(scratch, kind), kind, packages);
  return kind === 'arm64' ? directory : packTar(directory);
}

/** What systemd complains of when a mount is held or a service does not end. */
function shutdownFaults(log: string): string[] {
  const lines = linesOf(log);
  return lines.filter((line) => /Failed (to )?unmount|State 'stop-sig\w+' timed out/.test(line));
}

/** From the console: the watchdog, and what a shutdown took from the stop of the keeper on, and the stop alone. */
function consoleSays(log: string): string[] {
  const said: string[] = [];
  let stopping: number | null = null;
  let stopped: number | null = null;
  for (const line of linesOf(log)) {
    const watchdog = /binfmt-keeper\.service: Watchdog timeout \(limit \w+\)/.exec(line)?.[0];
    if (watchdog !== undefined) said.push(watchdog);
    const [, at = '', what = '', unit = ''] =
      /^\[ *([\d.]+)\].* (Stopping|Stopped|Reached target) (binfmt-keeper|poweroff|reboot)\b/.exec(line) ??
      [];
    if (what === 'Stopping') stopping = Number(at);
    if (what === 'Stopped') stopped = Number(at);
    if (what !== 'Reached target' || stopping === null || stopped === null) continue;
    const [own, all] = [stopped - stopping, Number(at) - stopping].map((seconds) => seconds.toFixed(1));
    said.push(`${unit}: the keeper stopped in ${own} s, the target was reached after ${all} s`);
    stopping = stopped = null;
  }
  return said;
}

function linesOf(log: string): string[] {
  return stripVTControlCharacters(readFileSync(log, 'latin1')).split(/\r?\n/);
}

function fail(name: string, log: string, bad: Told['bad']): void {
  process.exitCode = 1;
  const last = linesOf(log).slice(-80);
  console.log(`# ${name} failed, its console (all of it: ${keep(name, log)}):\n${last.join('\n')}`);
  console.log(`# ${name} failed:\n#   ${bad.join('\n#   ')}`);
}

function keep(name: string, log: string): string {
  const artifacts = process.env.BINFMT_KEEPER_ARTIFACTS ?? 'vm-logs';
  mkdirSync(artifacts, { recursive: true });
  const kept = join(artifacts, `${name}.log`);
  copyFileSync(log, kept);
  return kept;
}
