import { closeSync, fstatSync } from 'node:fs';
import type { WitnessResult } from '../../core/witness/witness.ts';
import type { ExecutablePlace } from './executable-place.ts';
import { probeBytes } from './files.ts';
import { type ProbeResult, runProbeAsIs } from './probe.ts';

/** What was found, and when the probe began: `performance.now()`. */
export type Found = Omit<WitnessResult, 'ageMs'> & { readonly began: number };

/**
 * Runs the probes of these targets with the rights that this process has, one after the other, as an ordinary container
 * would run a foreign program.
 */
export async function witness(
  targets: readonly string[],
  place: ExecutablePlace,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const target of targets) {
    if (signal.aborted) break;
    const began = performance.now();
    const [verdict, detail] = await tryOne(target, place, timeoutMs, signal);
    found.push({ target, verdict, detail, began });
  }
  return found;
}

type Finding = readonly [verdict: WitnessResult['verdict'], detail: string];

async function tryOne(
  target: string,
  place: ExecutablePlace,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Finding> {
  const bytes = probeBytes(target);
  if (bytes === null) return ['unknown', 'there is no probe for it'];
  let fd: number | null = null;
  try {
    fd = await place.make(bytes);
    const common = { seesArgv0: false, expected: null, sure: true, timeoutMs, signal };
    return judge(fd, await runProbeAsIs({ ...common, file: '/proc/self/fd/3', fd }));
  } catch (error) {
    // The place is full, which says nothing of the platform.
    return ['unknown', error instanceof Error ? error.message : String(error)];
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function judge(fd: number, { verdict, detail, signal, interpreter, tookMs }: ProbeResult): Finding {
  if (verdict === 'verified' || verdict === 'untrusted') {
    const { dev, ino } = fstatSync(fd);
    if (interpreter === null) return ['runs', `in ${Math.round(tookMs)} ms`];
    // Anybody's interpreter will do: whose it is, the keeper knows better.
    return interpreter.dev === dev && interpreter.ino === ino
      ? ['native', 'this machine runs it by itself']
      : ['runs', `by ${interpreter.path} in ${Math.round(tookMs)} ms`];
  }
  if (verdict === 'undecided') return ['unknown', detail];
  // QEMU says so when the foreign program crashes; an interpreter that may not be mapped dies without a word.
  if (signal === 'SIGSEGV' && detail === 'ended by SIGSEGV')
    return [
      'fails',
      'it ended by SIGSEGV (139) without a word, as where SELinux keeps a container from mapping the interpreter: interpreter-label',
    ];
  return ['fails', detail];
}
