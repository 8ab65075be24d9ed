import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Report } from '../../src/core/report/report.ts';
import type { Daemon } from '../e2e/daemon.ts';
import { suite } from '../e2e/suite.ts';
import { until } from '../e2e/until.ts';
import type { World } from '../e2e/world.ts';
import { clumsyHands, type Hands, tidyHands } from './clumsy-hands.ts';

/** Every sequence is another one, and always the same. More are for once, by hand. */
const seeds = (process.env.HOSTILE_SEEDS ?? '1 2 3 4').split(' ').map(Number);
const steps = 30;

await suite(
  import.meta.url,
  'an administrator with clumsy hands',
  Object.fromEntries(
    seeds.map((seed) => [
      `whatever was done in sequence ${seed}, all comes back or is named, and all comes back once it is tidied up`,
      async (world: World) => {
        const random = generator(seed);
        const daemons: Daemon[] = [];
        const start = (): void => void daemons.push(world.start({ flags: ['--probe-interval', '1s'] }));
        start();
        await daemons[0]?.verified();
        const alive = (): readonly Daemon[] => daemons.filter(isAlive);
        const hands: Hands = { world, random, alive, last: () => daemons.at(-1), start };
        const done: string[] = [];
        for (let n = 0; n < steps; n += 1) {
          done.push(await clumsyHands(hands));
          await setTimeout(random() * 150);
        }
        const story = done.join('\n');
        for (const daemon of hands.alive()) daemon.kill('SIGCONT');
        const fits = (r: Report): boolean => r.ready || r.problems.length > 0;
        const state = await settled(hands, story, fits, true);
        if (typeof state !== 'string' && state.ready) isTrue(hands, state, story);
        await tidyHands(hands);
        const after = await settled(hands, story, (r) => r.ready, false);
        assert.ok(typeof after !== 'string');
        isTrue(hands, after, story);
        return undefined;
      },
    ]),
  ),
  'all',
);

/**
 * A report of this moment or later by whichever daemon keeps the instance. Where the run directory is nobody's place for
 * one, or the configuration none to start with, the log or the status says so.
 */
function settled(
  hands: Hands,
  story: string,
  fits: (report: Report) => boolean,
  orSaid: boolean,
): Promise<Report | string> {
  const since = Date.now() + 1000;
  return until('a report that fits', () => {
    const alive = hands.alive();
    if (alive.length === 0) {
      if (orSaid && refused(hands.last())) return 'status';
      hands.start(); // as a supervisor does
    }
    const reports = alive.flatMap((daemon) => daemon.report() ?? []);
    const report = reports.find((r) => r.at >= since && fits(r));
    if (report !== undefined || !orSaid || Date.now() < since) return report ?? null;
    if (alive.some((daemon) => daemon.log.some((l) => l.problem === 'state-unwritable'))) return 'log';
    return null;
  }).catch((error: Error) => {
    throw new Error(`${error.message} after:\n${story}`);
  });
}

/** A daemon that says on its way up why it cannot, and ends. */
function refused(daemon: Daemon | undefined): boolean {
  return /^binfmt-keeper: |"problem":/m.test(daemon?.story() ?? '');
}

function isTrue(hands: Hands, report: Report, story: string): void {
  const keeper = hands.alive().find((daemon) => daemon.pid === report.daemon?.pid);
  for (const { key } of report.handlers)
    assert.ok(keeper?.runs(key), `${key} is told to be ready, and is not, after:\n${story}`);
}

function isAlive({ pid }: Daemon): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Mulberry32: numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
