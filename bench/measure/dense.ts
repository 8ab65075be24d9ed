import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryNames, startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { textOf } from '../setting/prober.ts';
import { ownHandlerYaml } from './exec-loss.ts';
import { programsOf } from './flush.ts';

/** What a builder loses that executes densely: its steps are a hundred small foreign programs in a row. */
export interface Dense {
  readonly program: string;
  readonly handlers: number;
  readonly flushes: number;
  readonly steps: number;
  readonly failedSteps: number;
  readonly execs: number;
  readonly failed: number;
}

type Counts = readonly [flushes: number, steps: number, failedSteps: number, execs: number, failed: number];

const builder = `exec 3>&1 </dev/zero >/dev/null 2>&1
steps=0 bad=0 execs=0 failed=0
trap 'echo "$steps $bad $execs $failed" >&3; exit' TERM
while :; do
  i=0 lost=0
  while [ $i -lt 100 ]; do "$1" || lost=$((lost+1)); i=$((i+1)); done
  steps=$((steps+1)) execs=$((execs+100)) failed=$((failed+lost))
  [ $lost -eq 0 ] || bad=$((bad+1))
done`;

/**
 * Clears the instance again and again beside such steps, which run the benchmark's own handler: all platforms come back
 * before it. Programs take turns.
 */
export async function measureDense(place: Place, flushes: number): Promise<Dense[]> {
  const found = new Map<string, Omit<Dense, 'flushes' | 'steps' | 'failedSteps' | 'execs' | 'failed'>>();
  const counts = new Map<string, Counts>();
  for (let done = 0; done < flushes; done += inBlock) {
    for (const platforms of [['arm64'], ['all']]) {
      for (const [program, path] of Object.entries(programsOf(place))) {
        const { handlers, block } = await runBlock({ ...place, program: path }, platforms);
        const key = `${program} ${handlers}`;
        found.set(key, { program, handlers });
        const [a = 0, b = 0, c = 0, d = 0, e = 0] = counts.get(key) ?? [];
        counts.set(key, [a + block[0], b + block[1], c + block[2], d + block[3], e + block[4]]);
      }
    }
  }
  return [...found].map(([key, row]) => {
    const [all = 0, steps = 0, failedSteps = 0, execs = 0, failed = 0] = counts.get(key) ?? [];
    return { ...row, flushes: all, steps, failedSteps, execs, failed };
  });
}

/** At this pace no handler is lost 20 times within ten seconds (the storm rule). */
const inBlock = 20;
const paceMs = 700;

async function runBlock(place: Place, platforms: readonly string[]) {
  const daemon = startDaemon(place, { platforms, yaml: ownHandlerYaml(place) });
  await daemon.said('"event":"verified"');
  await sleep(2000);
  const handlers = entryNames(place.main).length;
  const steps = spawn('sh', ['-c', builder, 'builder', place.target], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const end = (): void => void steps.kill('SIGKILL');
  process.once('exit', end);
  await sleep(200);
  for (let i = 0; i < inBlock; i += 1) {
    put(`${place.main}/status`, '-1');
    // Not at the same place of a step each time.
    await sleep(paceMs + Math.random() * 50);
  }
  const [all = 0, failedSteps = 0, execs = 0, failed = 0] = (await textOf(steps)).split(' ').map(Number);
  process.removeListener('exit', end);
  end();
  await daemon.stop();
  put(`${place.main}/status`, '-1');
  const block: Counts = [inBlock, all, failedSteps, execs, failed];
  return { handlers, block };
}
