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

/**
 * Whether such an entry stays, and why. tonistiigi/binfmt keeps whatever has the name, so that a broken or old
 * emulator stays for good (tonistiigi/binfmt#168, #169); replacing always would fight with whoever keeps a newer one.
 */
export function judgeForeign(facts: ForeignFacts): { readonly keep: boolean; readonly why: string } {
  const { flags, verdict, version, ours } = facts;
  if (verdict !== 'verified') return { keep: false, why: `it does not work (${verdict})` };
  if (!flags.includes('F')) return { keep: false, why: 'it lacks F, so it does not work in containers' };
  if (version === null) return { keep: true, why: 'it works' };
  if (ours !== null && isOlder(version, ours))
    return { keep: false, why: `QEMU ${version} is older than ${ours}` };
  return { keep: true, why: `it works, QEMU ${version}` };
}
