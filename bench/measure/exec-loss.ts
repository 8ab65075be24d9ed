import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import { mountMain, type Place } from '../setting/place.ts';
import { startProber } from '../setting/prober.ts';
import { type Summary, summarize } from '../setting/stats.ts';

/** What failed while a fault was injected again and again. */
export interface Loss {
  readonly fault: string;
  readonly times: number;
  /** Of a program that ends at once, so thousands a second. */
  readonly execs: number;
  readonly failed: number;
  /** Of a real arm64 program under QEMU. */
  readonly emulated: number;
  readonly emulatedFailed: number;
}

/** What keeps the entries: this keeper, nobody, or a shell that looks every second. */
export type System = 'keeper' | 'one-shot' | 'sleep 1';

const name = 'benchmark';
/** More heals of one handler would be the storm rule's business. */
const calm = 18;

/** The handler of the benchmark's own file, as configuration. */
export function ownHandlerYaml(place: Place): string {
  return `handlers: [{name: ${name}, magic: ${place.targetMagic}, interpreter: ${place.tiny}, flags: F}]\n`;
}

interface Fault {
  readonly inject: (place: Place) => void;
  /** Brings the mounts back; the keeper itself would wait some seconds before it does. */
  readonly undo: (place: Place) => void;
}

const mountBack = (): void => mountMain();

const faults: Readonly<Record<string, Fault>> = {
  umount: { inject: ({ main }) => run('umount', main), undo: mountBack },
  'umount -l': { inject: ({ main }) => run('umount', '-l', main), undo: mountBack },
  'mount over it': {
    inject: ({ main }) => run('mount', '-t', 'tmpfs', 'over', main),
    undo: ({ main }) => run('umount', main),
  },
  'mount over the anchor': {
    inject: ({ anchor }) => run('mount', '-t', 'tmpfs', 'over', anchor),
    undo: ({ anchor }) => run('umount', anchor),
  },
  'umount -a': { inject: () => run('umount', '-a', '-t', 'binfmt_misc'), undo: mountBack },
  'umount -a -l': { inject: () => run('umount', '-a', '-l', '-t', 'binfmt_misc'), undo: mountBack },
  'entry deleted': { inject: ({ main }) => put(`${main}/${name}`, '-1'), undo: () => {} },
  'all cleared': { inject: ({ main }) => put(`${main}/status`, '-1'), undo: () => {} },
};

/** Execs lost with the keeper under every fault of the mounts and under its own restarts and deaths. */
export async function measureLoss(
  place: Place,
  times: number,
): Promise<{ losses: Loss[]; standstill: number }> {
  let daemon = await startKeeper(place, true);
  let standstill = 0;
  const losses: Loss[] = [];
  for (const [fault, { inject, undo }] of Object.entries(faults)) {
    await daemon.reload();
    await daemon.stall();
    losses.push(
      await count(place, fault, Math.min(times, calm), async () => {
        inject(place);
        await sleep(150);
        undo(place);
        await sleep(50);
      }),
    );
    standstill = Math.max(standstill, (await daemon.stall()).max);
  }
  for (const [fault, signal] of [
    ['daemon restarted', 'SIGTERM'],
    ['daemon killed by SIGKILL', 'SIGKILL'],
  ] as const) {
    losses.push(
      await count(place, fault, Math.ceil(times / 2), async () => {
        await daemon.stop(signal);
        await sleep(50);
        daemon = await startKeeper(place, true);
      }),
    );
  }
  await daemon.stop();
  put(`${place.main}/status`, '-1');
  return { losses, standstill };
}

/** One comparison: execs lost in the two seconds after one fault. */
export interface Compared {
  readonly system: System;
  readonly fault: string;
  readonly execs: number;
  readonly failed: number;
}

/** The same faults met by each system, each from a fresh start, with a prober for two seconds. */
export async function compareSystems(place: Place): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const system of ['one-shot', 'sleep 1', 'keeper'] as const) {
    for (const fault of ['umount', 'umount -l', 'umount -a', 'entry deleted', 'all cleared']) {
      const stop = await startSystem(place, system);
      await sleep(300 + Math.random() * 1000);
      const prober = startProber(place.target);
      await sleep(100);
      faults[fault]?.inject(place);
      await sleep(2000);
      compared.push({ system, fault, ...(await prober.stop()) });
      await stop();
      mountMain();
      put(`${place.main}/status`, '-1');
    }
  }
  return compared;
}

/** Heal latency of the shell keeper for a deleted entry, milliseconds. */
export async function measureShellKeeper(place: Place, times: number): Promise<Summary> {
  const stop = await startSystem(place, 'sleep 1');
  const samples: number[] = [];
  for (let i = 0; i < times; i += 1) {
    await sleep(1000 * Math.random());
    const from = performance.now();
    put(`${place.main}/${name}`, '-1');
    while (!existsSync(`${place.main}/${name}`)) await sleep(1);
    samples.push(performance.now() - from);
  }
  await stop();
  put(`${place.main}/status`, '-1');
  return summarize(samples);
}

async function startKeeper(place: Place, stall: boolean): Promise<Daemon> {
  const daemon = startDaemon(place, { platforms: ['arm64'], yaml: ownHandlerYaml(place), stall });
  await daemon.said('"event":"verified"');
  return daemon;
}

async function startSystem(place: Place, system: System): Promise<() => Promise<void>> {
  if (system === 'keeper') {
    const daemon = await startKeeper(place, false);
    return () => daemon.stop();
  }
  mountMain();
  const line = `:${name}:M::${place.targetMagic}::${place.tiny}:F`;
  put(`${place.main}/register`, line);
  if (system === 'one-shot') return async () => {};
  const loop = `while sleep 1; do
[ -e "$1/register" ] || mount -n -t binfmt_misc binfmt_misc "$1"
[ -e "$1/${name}" ] || printf %s "$2" >"$1/register"; done`;
  const child = spawn('sh', ['-c', loop, 'keeper', place.main, line], { stdio: 'ignore', detached: true });
  const { pid } = child;
  return async () => {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  };
}

async function count(place: Place, fault: string, times: number, once: () => Promise<void>): Promise<Loss> {
  const prober = startProber(place.target);
  const emulated = startProber(join(place.dir, 'probes/probe.aarch64'));
  await sleep(100);
  for (let i = 0; i < times; i += 1) await once();
  const { execs, failed } = await prober.stop();
  const real = await emulated.stop();
  return { fault, times, execs, failed, emulated: real.execs, emulatedFailed: real.failed };
}

function run(command: string, ...args: string[]): void {
  spawnSync(command, args, { stdio: 'ignore' });
}
