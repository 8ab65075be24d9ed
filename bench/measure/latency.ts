import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, startDaemon } from '../setting/daemon.ts';
import { copyLine, inodeOf, isEnabled, openState, put, setForeign, waitFor } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';

/** The losses whose healing is timed. */
export const faults = ['entry deleted', 'entry disabled', 'all cleared', 'status 0', 'hijack'] as const;
export type Fault = (typeof faults)[number];

/** Numbers of foreign entries, each fault with each. */
export const crowds = [0, 40, 1000] as const;

/** Times from the return of the fault's write to the entries serving again, milliseconds. */
export interface Latency {
  readonly fault: Fault;
  readonly foreign: number;
  readonly ms: Summary;
  /** What the write itself took; the kernel needs more than a millisecond to clear a thousand entries. */
  readonly write: Summary;
  readonly unhealed: number;
}

/** Ten architectures, as the budget has it. */
export const ten = [
  ...['aarch64', 'arm', 'loongarch64', 'mips64', 'mips64el'],
  ...['mipsel', 'ppc64', 'ppc64le', 'riscv64', 's390x'],
];

/** Faults of one kind in a block; with it no handler is lost 20 times before the next reload (the storm rule). */
const inBlock = 12;

/**
 * Injects every fault `count` times with each crowd. Blocks of the crowds alternate, so that a slow minute of the
 * machine hits them alike and the ratios hold. The daemon verifies by running the emulators meanwhile, as always.
 */
export async function measureLatency(
  place: Place,
  count: number,
  say: (text: string) => void,
): Promise<Latency[]> {
  const daemon = startDaemon(place, { platforms: ten });
  await daemon.said('"event":"verified"', ten.length);
  const samples = new Map<string, Sample[]>();
  const blocks = Math.ceil(count / inBlock);
  for (let block = 0; block < blocks; block += 1) {
    for (const foreign of crowds) {
      await runBlock(place, daemon, foreign, (fault, sample) => {
        const key = `${fault} ${foreign}`;
        samples.set(key, [...(samples.get(key) ?? []), sample]);
      });
    }
    say(`heal latency: block ${block + 1} of ${blocks}`);
  }
  setForeign(place.main, 0);
  await daemon.stop();
  return faults.flatMap((fault) =>
    crowds.map((foreign) => {
      const all = samples.get(`${fault} ${foreign}`) ?? [];
      const good = all.filter(({ ms }) => !Number.isNaN(ms));
      const ms = summarize(good.map((s) => s.ms));
      const write = summarize(good.map((s) => s.write));
      return { fault, foreign, ms, write, unhealed: all.length - good.length };
    }),
  );
}

/** One block of every fault; also used where the standstill of the loop is what counts. */
export async function runBlock(
  place: Place,
  daemon: Daemon,
  foreign: number,
  healed: (fault: Fault, sample: Sample) => void,
): Promise<void> {
  setForeign(place.main, foreign);
  await daemon.reload();
  await sleep(250);
  for (let i = 0; i < inBlock; i += 1) {
    const path = `${place.main}/keeper-${ten[i % ten.length]}`;
    for (const fault of faults) {
      healed(fault, inject(place, fault, path));
      if (fault === 'all cleared') setForeign(place.main, foreign);
      await sleep(fault === 'all cleared' ? 110 : 10 + Math.random() * 30);
    }
  }
}

/** One fault, and how long it was until it was healed. */
export function inject(place: Place, fault: Fault, path: string): Sample {
  const { main } = place;
  const status = `${main}/status`;
  switch (fault) {
    case 'entry deleted': {
      const before = inodeOf(path);
      const write = timedPut(path, '-1');
      return healed(main, write, () => isAnother(path, before));
    }
    case 'entry disabled':
      return switchOff(main, path);
    case 'status 0':
      return switchOff(main, status);
    case 'all cleared': {
      const before = ten.map((key) => ({ path: `${place.main}/keeper-${key}`, ino: 0 }));
      for (const one of before) one.ino = inodeOf(one.path);
      const write = timedPut(status, '-1');
      return healed(main, write, () => before.every((one) => isAnother(one.path, one.ino)));
    }
    case 'hijack': {
      const line = copyLine(path, 'hijack', '/bin/false');
      const before = inodeOf(path);
      const write = timedPut(`${place.main}/register`, line);
      const took = healed(main, write, () => isAnother(path, before));
      put(`${place.main}/hijack`, '-1');
      return took;
    }
  }
}

/** One fault; NaN where it was not healed within five seconds. */
export interface Sample {
  readonly ms: number;
  readonly write: number;
}

function timedPut(path: string, text: string | Uint8Array): { write: number; at: number } {
  const from = performance.now();
  put(path, text);
  const at = performance.now();
  return { write: at - from, at };
}

function healed(main: string, { write, at }: { write: number; at: number }, done: () => boolean): Sample {
  return { write, ms: waitFor(main, at, done) };
}

function isAnother(path: string, before: number): boolean {
  const ino = inodeOf(path);
  return ino !== 0 && ino !== before;
}

function switchOff(main: string, path: string): Sample {
  const fd = openState(path);
  const write = timedPut(path, '0');
  const took = healed(main, write, () => isEnabled(fd));
  closeSync(fd);
  return took;
}
