/** What a witness found of one platform: an unprivileged process that ran its probe, as an ordinary container would. */
export interface WitnessResult {
  /** The catalogue's target. */
  readonly target: string;
  readonly verdict: WitnessVerdict;
  /** What runs it, or what went wrong, as a sentence. */
  readonly detail: string;
  /** How long ago its probe began, milliseconds: what was registered since is not what it speaks of. */
  readonly ageMs: number;
}

/** `native`: it runs without any entry; `unknown`: it could not be tried. */
export type WitnessVerdict = (typeof witnessVerdicts)[number];

/** All of them. */
export const witnessVerdicts = ['runs', 'native', 'fails', 'unknown'] as const;

/** What a round says as a whole: everything ran, something does not, or nothing can be said of something. */
export function witnessed(results: readonly Pick<WitnessResult, 'verdict'>[]): 'runs' | 'fails' | 'unknown' {
  if (results.some((r) => r.verdict === 'fails')) return 'fails';
  return results.length === 0 || results.some((r) => r.verdict === 'unknown') ? 'unknown' : 'runs';
}
