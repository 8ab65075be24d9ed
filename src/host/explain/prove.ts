import { closeSync } from 'node:fs';
import type { Found } from '../../core/diagnose/started.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { ExecutablePlace } from '../probe/executable-place.ts';
import { findExecutablePlace, usualPlaces } from '../probe/executable-place.ts';
import { probeBytes } from '../probe/files.ts';
import { type ProbeResult, runProbe } from '../probe/probe.ts';

/** Runs programs of platforms, each once. */
export interface Prover {
  /** Whether a program of that target runs; `sure`: what will run it is known to be trusted. */
  prove(target: string, sure: boolean): Promise<Found>;
  /** Whether this machine runs it without any entry. */
  runsAlone(target: string): Promise<boolean>;
}

/** Finds a place for the programs when the first one is needed; `own` is the target of this host. */
export function createProver(own: string | null, timeoutMs: number): Prover {
  let place: Promise<ExecutablePlace | string> | null = null;
  const known = new Map<string, Promise<ProbeResult | string>>();
  const run = async (target: string, sure: boolean): Promise<ProbeResult | string> => {
    const bytes = probeBytes(target);
    if (bytes === null) return `there is no program that proves ${target}`;
    place ??= findPlace(own, timeoutMs);
    const where = await place;
    if (typeof where === 'string') return where;
    const fd = await where.make(bytes);
    try {
      const task = { file: '/proc/self/fd/3', fd, seesArgv0: false, expected: null, sure, timeoutMs };
      return await runProbe({ ...task, asksVersion: true });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      closeSync(fd);
    }
  };
  const once = (target: string, sure: boolean): Promise<ProbeResult | string> => {
    const running = known.get(target) ?? run(target, sure);
    known.set(target, running);
    return running;
  };
  return {
    prove: async (target, sure) => judged(await once(target, sure)),
    runsAlone: async (target) => {
      const result = await once(target, true);
      return typeof result !== 'string' && (result.verdict === 'verified' || result.signal === 'SIGSYS');
    },
  };
}

async function findPlace(own: string | null, timeoutMs: number): Promise<ExecutablePlace | string> {
  const native = own === null ? null : probeBytes(own);
  if (native === null) return 'there is no program that proves this machine';
  const found = await findExecutablePlace(native, usualPlaces(process.env), null, timeoutMs);
  return found.ok ? found.place : `nothing can be executed anywhere: ${found.why.join('; ')}`;
}

function judged(result: ProbeResult | string): Found {
  if (typeof result === 'string') return { kind: 'none', why: result };
  const { verdict, detail, interpreter, tookMs, version = null } = result;
  if (verdict === 'verified')
    return { kind: 'verified', interpreter: bytesOf(interpreter?.path ?? ''), tookMs, version };
  if (verdict === 'untrusted' || verdict === 'undecided') return { kind: 'none', why: detail };
  return { kind: 'failed', denied: verdict === 'permission' || result.signal === 'SIGSYS', detail };
}
