import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, entryNames, startDaemon } from '../setting/daemon.ts';
import { inodeOf, put, waitFor } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { ten } from './latency.ts';
import { batchesIn } from './logged.ts';

/** How long after `-1` was written to `status` handlers serve again, milliseconds. */
export interface Flush {
  readonly handlers: number;
  readonly program: string;
  /** `first` is whichever comes first, `last` is all of them. */
  readonly which: 'first' | 'last';
  /** From the event that told the daemon, by its log, or from the return of the write, as another process sees it. */
  readonly from: 'event' | 'write';
  readonly ms: Summary;
}

/** What keeps entries: this program, and with BENCH_BEFORE the bundle of an older version. */
export function programsOf(place: Place): Readonly<Record<string, string>> {
  const before = process.env.BENCH_BEFORE;
  return { ...(before === undefined ? {} : { before }), now: place.program };
}

/** Programs take turns, so that a slow minute of the machine hits them alike. */
export async function measureFlush(place: Place, count: number): Promise<Flush[]> {
  const found = new Map<string, Omit<Flush, 'ms'> & { readonly ms: number[] }>();
  for (let done = 0; done < count; done += inBlock) {
    for (const platforms of [['arm64'], ten, ['all']]) {
      for (const [program, path] of Object.entries(programsOf(place))) {
        const daemon = startDaemon({ ...place, program: path }, { platforms });
        await daemon.said('keeping ');
        await sleep(3000);
        const names = entryNames(place.main).filter((name) => name.startsWith('keeper-'));
        for (const { which, from, times } of await blocks(place, daemon, names)) {
          const key = [names.length, program, which, from].join(' ');
          const row = found.get(key) ?? { handlers: names.length, program, which, from, ms: [] };
          row.ms.push(...times);
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

type Block = Pick<Flush, 'which' | 'from'> & { readonly times: readonly number[] };

/** What the daemon logs is taken while nobody watches, since who does takes part of the processor. */
async function blocks(place: Place, daemon: Daemon, names: readonly string[]): Promise<Block[]> {
  const paths = names.map((name) => `${place.main}/${name}`);
  await inject(place, daemon, () => true);
  const batches = batchesIn(daemon, 'missing', names.length);
  const first = await inject(place, daemon, () => entryNames(place.main).length > 0);
  const last = await inject(place, daemon, () => paths.every((path) => inodeOf(path) !== 0));
  return [
    { which: 'first', from: 'event', times: batches.map((times) => Math.min(...times)) },
    { which: 'last', from: 'event', times: batches.map((times) => Math.max(...times)) },
    { which: 'first', from: 'write', times: first },
    { which: 'last', from: 'write', times: last },
  ];
}

async function inject(place: Place, daemon: Daemon, done: () => boolean): Promise<number[]> {
  await daemon.reload();
  await sleep(400);
  daemon.forget();
  const times: number[] = [];
  for (let i = 0; i < inBlock; i += 1) {
    put(`${place.main}/status`, '-1');
    const at = performance.now();
    times.push(waitFor(place.main, at, done));
    await sleep(150);
  }
  return times;
}
