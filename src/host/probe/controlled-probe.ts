import { statSync } from 'node:fs';
import type { Libc } from '../system/libc.ts';
import { type ProbeResult, type ProbeTask, runProbe } from './probe.ts';

/**
 * Runs a probe whose failure takes a working entry away, so that it needs a control: `control` runs the same program
 * without any entry. Only an entry that fails, then fails again after its control ran well, is broken: a probe may be
 * killed, starved or stopped, and says nothing then.
 */
export async function runControlled(
  task: ProbeTask,
  control: string,
  libc: Libc | null,
): Promise<ProbeResult> {
  const first = await runProbe(task, libc);
  if (proves.has(first.verdict)) return first;
  const undecided = (why: string): ProbeResult => ({
    ...first,
    verdict: 'undecided',
    detail: `${first.verdict}: ${first.detail}; ${why}`,
  });
  const { verdict, detail } = await runProbe(
    { ...task, by: control, expected: identityOf(control), sure: true },
    libc,
  );
  if (verdict !== 'verified')
    return undecided(`${control} itself cannot run it either now (${verdict}: ${detail})`);
  return runProbe(task, libc);
}

const proves: ReadonlySet<string> = new Set(['verified', 'untrusted', 'undecided']);

function identityOf(path: string): ProbeTask['expected'] {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { dev: found.dev, ino: found.ino };
}
