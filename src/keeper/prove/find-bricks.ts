import type { Handler } from '../../core/plan/handler.ts';
import type { Trial } from './canary.ts';

/** What the search does to the instance; both take effect before they return. */
export interface Hands {
  trial(): Promise<Trial>;
  out(suspects: readonly Handler[]): void;
  back(suspects: readonly Handler[]): void;
  /** Whether the suspects are still what is wanted; where not, nothing that is found out speaks of them. */
  current(): boolean;
}

/** Every suspect is in one of the lists. */
export interface Findings {
  readonly good: readonly Handler[];
  /** Native programs failed with it and ran without it. */
  readonly bad: readonly { readonly handler: Handler; readonly why: string }[];
  /** Nobody knows: `left` of them are out, since one of them is to blame, the rest is in. */
  readonly unknown: readonly Handler[];
  readonly left: readonly Handler[];
  /** Why nobody knows. */
  readonly why: string;
}

/**
 * Finds out which new handlers stop native programs. That one failed proves nothing by itself, since programs are
 * killed and hosts run out of processes: only what fails with a handler and runs without it is a verdict. Null where
 * the suspects are not wanted any more.
 */
export async function findBricks(suspects: readonly Handler[], hands: Hands): Promise<Findings | null> {
  const first = await hands.trial();
  if (!hands.current()) return null;
  if (first.verdict === 'runs') return { ...nothing, good: suspects };
  if (first.verdict === 'unknown') return { ...nothing, unknown: suspects, why: first.why };
  hands.out(suspects);
  const control = await hands.trial();
  if (!hands.current()) return null;
  if (control.verdict !== 'runs') {
    hands.back(suspects);
    return { ...nothing, unknown: suspects, why: `${first.why}; without it as well: ${control.why}` };
  }
  const [only, ...others] = suspects;
  if (only !== undefined && others.length === 0)
    return { ...nothing, bad: [{ handler: only, why: first.why }] };
  return singly(suspects, hands);
}

const nothing: Findings = { good: [], bad: [], unknown: [], left: [], why: '' };

/** Several came at once and one of them is to blame: each comes back alone and is tried alone. */
async function singly(suspects: readonly Handler[], hands: Hands): Promise<Findings | null> {
  const good: Handler[] = [];
  const bad: Findings['bad'][number][] = [];
  const unknown: Handler[] = [];
  let why = '';
  for (const handler of suspects) {
    hands.back([handler]);
    const alone = await hands.trial();
    if (!hands.current()) return null;
    if (alone.verdict === 'runs') {
      good.push(handler);
      continue;
    }
    hands.out([handler]);
    const control = alone.verdict === 'stopped' ? await hands.trial() : alone;
    if (!hands.current()) return null;
    if (control.verdict === 'runs') bad.push({ handler, why: alone.why });
    else {
      unknown.push(handler);
      why = alone.why;
    }
  }
  if (bad.length === 0) return { good, bad, unknown, left: unknown, why };
  if (unknown.length > 0) hands.back(unknown);
  return { good, bad, unknown, left: [], why };
}
