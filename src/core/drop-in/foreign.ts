import { isOlder } from '../platforms/qemu-version.ts';
import type { ProbeReport } from '../report/report.ts';

/** What is known of an entry of somebody else that has the name which a drop-in installation wants. */
export interface ForeignFacts {
  readonly flags: string;
  /** The verdict of a probe that ran under whatever serves the platform now. */
  readonly verdict: ProbeReport['verdict'];
  /** QEMU's version of what ran the probe; null where it is no QEMU or did not say. */
  readonly version: string | null;
  /** Version of the emulator that would be registered. */
  readonly ours: string | null;
}

/** Whether an entry of somebody else keeps its name, and why. */
export type ForeignJudgement =
  | { readonly keep: true; readonly code: 'works'; readonly version: string | null }
  | { readonly keep: true; readonly code: 'untried'; readonly detail: string }
  | { readonly keep: false; readonly code: 'asked' | 'no-probe' | 'lacks-f' }
  | { readonly keep: false; readonly code: 'untrusted'; readonly detail: string }
  | { readonly keep: false; readonly code: 'broken'; readonly verdict: ForeignFacts['verdict'] }
  | { readonly keep: false; readonly code: 'older'; readonly version: string; readonly ours: string };

/**
 * Whether such an entry stays, and why. tonistiigi/binfmt keeps whatever has the name, so that a broken or old
 * emulator stays for good (tonistiigi/binfmt#168, #169); replacing always would fight with whoever keeps a newer one.
 */
export function judgeForeign({ flags, verdict, version, ours }: ForeignFacts): ForeignJudgement {
  if (verdict !== 'verified') return { keep: false, code: 'broken', verdict };
  if (!flags.includes('F')) return { keep: false, code: 'lacks-f' };
  if (version !== null && ours !== null && isOlder(version, ours))
    return { keep: false, code: 'older', version, ours };
  return { keep: true, code: 'works', version };
}
