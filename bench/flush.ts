import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, entryNames, startDaemon } from './daemon.ts';
import { inodeOf, put, waitFor } from './entries.ts';
import type { Place } from './place.ts';
import { type Summary, summarize } from './stats.ts';

/** How long after `-1` was written to `status` a platform serves again, milliseconds. */
export interface Flush {
  readonly handlers: number;
  /** `first` is whichever comes first, `last` is all of them. */
  readonly platform: string;
  readonly program: 'this' | 'before';
  readonly ms: Summary;
}

const watched = ['first', 'aarch64', 'arm', 'riscv64', 's390x', 'ppc64le', 'last'] as const;
const platforms = { usual: ['auto'], all: ['all'] };

/**
 * One platform is watched in each flush, since watching all would cost more than they take. With BENCH_BEFORE, the
 * bundle of an older version, both take turns, so that a slow minute of the machine hits them alike.
 */
export async function measureFlush(place: Place, count: number): Promise<Flush[]> {
  const before = process.env.BENCH_BEFORE;
  const programs = {
    this: place.program,
    ...(before === undefined ? {} : { before }),
  };
  const found = new Map<string, Omit<Flush, 'ms'> & { readonly ms: number[] }>();
  for (let done = 0; done < count; done += inBlock) {
    for (const list of Object.values(platforms)) {
      for (const [program, path] of Object.entries(programs)) {
        const daemon = startDaemon({ ...place, program: path }, { platforms: list });
        await daemon.said('keeping ');
        await sleep(3000);
        const names = entryNames(place.main).filter((name) => name.startsWith('keeper-'));
        for (const platform of watched) {
          const key = `${names.length} ${program} ${platform}`;
          const row = found.get(key) ?? {
            handlers: names.length,
            platform,
            program: program as Flush['program'],
            ms: [],
          };
          row.ms.push(...(await block(place, daemon, names, platform)));
          found.set(key, row);
        }
        await daemon.stop();
        put(`${place.main}/status`, '-1');
      }
    }
  }
  return [...found.values()].map((row) => ({ ...row, ms: summarize(row.ms) }));
}

/** With it no handler is lost 20 times before the next reload (the storm rule). */
const inBlock = 12;

async function block(
  place: Place,
  daemon: Daemon,
  names: readonly string[],
  platform: (typeof watched)[number],
): Promise<number[]> {
  await daemon.reload();
  await sleep(400);
  const times: number[] = [];
  for (let i = 0; i < inBlock; i += 1) {
    const paths = names.map((name) => `${place.main}/${name}`);
    put(`${place.main}/status`, '-1');
    const at = performance.now();
    const path = `${place.main}/keeper-${platform}`;
    const done = {
      first: () => entryNames(place.main).length > 0,
      last: () => paths.every((one) => inodeOf(one) !== 0),
    };
    times.push(
      waitFor(place.main, at, platform in done ? done[platform as 'first'] : () => inodeOf(path) !== 0),
    );
    await sleep(150);
  }
  return times;
}
