import { resolvePlatform } from '../platforms/platforms.ts';
import { autoTargets } from '../platforms/select.ts';

/** What can tell a witness of which platforms it is to speak, the first that says something. */
export interface TargetSources {
  /** Behind the command. */
  readonly args: readonly string[];
  /** `readiness.required` and `platforms` of flags, environment and file; null where none of these says it. */
  readonly required: 'auto' | readonly string[] | null;
  readonly platforms: 'auto' | 'all' | readonly string[] | null;
  /** Targets that the keeper's own report requires; null where there is none to be read. */
  readonly reported: readonly string[] | null;
  /** Targets that have a probe. */
  readonly provable: readonly string[];
}

/** The targets and who named them, or why there are none. */
export type ChosenTargets =
  | { readonly ok: true; readonly targets: readonly string[]; readonly from: string }
  | { readonly ok: false; readonly usage: boolean; readonly why: readonly string[] };

/**
 * Of which platforms a witness is to speak. Never a list of its own making: a witness that proves what nobody asked for
 * would let a node be ready for nothing.
 */
export function chooseTargets(sources: TargetSources): ChosenTargets {
  const { args, required, platforms, reported, provable } = sources;
  const named = (words: readonly string[], from: string): ChosenTargets => {
    const found = words
      .flatMap((word) => (word === 'all' ? provable : word === 'auto' ? usual(provable) : [word]))
      .map(resolvePlatform);
    const why = found.flatMap((f) => ('problem' in f ? [hinted(f)] : []));
    if (why.length > 0) return { ok: false, usage: true, why };
    const targets = [...new Set(found.flatMap((f) => ('target' in f ? [f.target] : [])))];
    return targets.length === 0 ? none : { ok: true, targets, from };
  };
  if (args.length > 0) return named(args, 'arguments');
  if (required !== null && required !== 'auto') return named(required, 'readiness.required');
  if (platforms !== null) return named(typeof platforms === 'string' ? [platforms] : platforms, 'platforms');
  if (reported !== null && reported.length > 0)
    return { ok: true, targets: [...new Set(reported)], from: 'report' };
  return none;
}

const none: ChosenTargets = {
  ok: false,
  usage: false,
  why: [
    'no platforms are known: name them (witness linux/arm64), set BINFMT_KEEPER_PLATFORMS, or mount the configuration or the run directory of the keeper',
  ],
};

function usual(provable: readonly string[]): readonly string[] {
  return autoTargets.filter((target) => provable.includes(target));
}

function hinted({ problem, suggestion }: { readonly problem: string; readonly suggestion?: string }): string {
  return suggestion === undefined ? problem : `${problem}; did you mean ${JSON.stringify(suggestion)}?`;
}
