import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Handler } from '../../src/core/plan/handler.ts';
import { openInstance } from '../../src/host/instance/linux-instance.ts';
import { createMemory } from '../../src/keeper/record/memory.ts';
import { createRepair } from '../../src/keeper/repair/repair.ts';
import { put, setForeign } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';

/** What one synchronous pass costs, milliseconds. */
export interface Pass {
  readonly handlers: number;
  readonly foreign: number;
  /** The first one, which registers everything. */
  readonly first: number;
  readonly nothingToDo: Summary;
  readonly afterOneLoss: Summary;
}

/** Full passes without a daemon, in a process with its flags: how their cost grows with handlers and foreign entries. */
export function measurePasses(place: Place, times: number): Pass[] {
  const program = join(dirname(place.program), '../passes.mjs');
  const bundled = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  } as const;
  // Lite mode has no WebAssembly, and without that Node strips no types.
  buildSync({ entryPoints: [fileURLToPath(import.meta.url)], outfile: program, ...bundled });
  const args = [...place.flags, program, JSON.stringify(place), String(times)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Pass[];
}

function measureAll(place: Place, times: number): Pass[] {
  const passes: Pass[] = [];
  for (const foreign of [0, 1000]) {
    for (const count of [10, 50, 100, 200]) passes.push(measure(place, count, foreign, times));
  }
  return passes;
}

function measure(place: Place, count: number, foreign: number, times: number): Pass {
  put(`${place.main}/status`, '-1');
  setForeign(place.main, foreign);
  const opened = openInstance(place.main, null);
  if (!opened.ok) throw new Error(opened.message);
  const { instance } = opened;
  const handlers = Array.from({ length: count }, (_, i) => handler(place, i));
  const desired = {
    handlers,
    precedence: 'ours' as const,
    onStatusZero: 'heal' as const,
    prefix: 'keeper-',
    store: join(place.dir, 'store'),
    adopted: new Set<string>(),
    published: new Map<string, 'wanted' | 'withdrawn'>(),
  };
  const repair = createRepair(instance, desired, createMemory());
  const timed = (): number => {
    const from = performance.now();
    repair.full(from);
    return performance.now() - from;
  };
  const first = timed();
  const idle = Array.from({ length: times }, timed);
  const losses = Array.from({ length: Math.min(times, 15 * count) }, (_, i) => {
    put(`${place.main}/keeper-${i % count}`, '-1');
    return timed();
  });
  instance.close();
  put(`${place.main}/status`, '-1');
  return { handlers: count, foreign, first, nothingToDo: summarize(idle), afterOneLoss: summarize(losses) };
}

/** An own handler with a magic as long and as similar as those of ELF. */
function handler(place: Place, i: number): Handler {
  const magic = Buffer.from(`\x7fELF\x02\x01\x01OWN-HANDLER-${String(i).padStart(4, '0')}`, 'latin1');
  const sample = new Uint8Array(256);
  sample.set(magic);
  return {
    key: `own-${i}`,
    platforms: [],
    registration: {
      name: `keeper-${i}`,
      matcher: { kind: 'magic', offset: 0, magic, mask: new Uint8Array(magic.length).fill(255) },
      interpreter: place.tiny,
      flags: 'F',
    },
    interpreter: { dev: 0, ino: 0, sha256: '' },
    samples: [sample],
  };
}

const [, self, place, times] = process.argv;
if (self?.endsWith('/passes.mjs') && place !== undefined)
  process.stdout.write(JSON.stringify(measureAll(JSON.parse(place) as Place, Number(times))));
