import type { ChosenTargets } from '../../core/witness/targets.ts';
import { findExecutablePlace, usualPlaces } from '../../host/probe/executable-place.ts';
import { probeBytes } from '../../host/probe/files.ts';
import { type Found, witness } from '../../host/probe/witness.ts';
import { hostArchitecture } from '../../host/system/identity.ts';
import { loadLibc } from '../../host/system/libc.ts';
import { targetOf } from '../../keeper/prepare/host-identity.ts';

/** One turn: where it was tried, what was found, and why nothing could be tried. */
export interface Round {
  readonly from: string;
  readonly place: string | null;
  readonly found: readonly Found[];
  readonly why: readonly string[];
}

/** Finds a place anew each time, since what a container may do can change, and runs the probes there. */
export async function runRound(
  { targets, from }: ChosenTargets & { readonly ok: true },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Round> {
  const found = await findPlace(timeoutMs);
  if (found.ok)
    return {
      from,
      place: found.place.name,
      found: await witness(targets, found.place, timeoutMs, signal),
      why: [],
    };
  const began = performance.now();
  const detail = 'nothing can be executed here';
  return {
    from,
    place: null,
    found: targets.map((target) => ({ target, verdict: 'unknown', detail, began })),
    why: [
      `no program can be executed anywhere here, so nothing is known of any platform (${found.why.join('; ')}); mount a tmpfs with exec at /tmp`,
    ],
  };
}

async function findPlace(timeoutMs: number): ReturnType<typeof findExecutablePlace> {
  const own = targetOf(hostArchitecture());
  const native = own === null ? null : probeBytes(own);
  if (native === null) return { ok: false, why: ['there is no program for this machine'] };
  return findExecutablePlace(native, usualPlaces(process.env), await loadLibc(), timeoutMs);
}
