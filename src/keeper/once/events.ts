import type { ForeignJudgement } from '../../core/drop-in/foreign.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import type { LeftOut } from '../../core/platforms/select.ts';
import type { Problem } from '../../core/problems.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';

/** What happens while something is registered once, in order; sentences are made where they are printed. */
export type OnceEvent =
  /** What was asked for by a word for all, and has no emulator here. */
  | { readonly kind: 'missing'; readonly targets: readonly string[] }
  | { readonly kind: 'notice'; readonly problem: Problem }
  /** An entry of somebody else has a name that is wanted. */
  | { readonly kind: 'taken'; readonly entry: Entry; readonly judged: ForeignJudgement }
  | { readonly kind: 'works'; readonly key: string; readonly proof: Extract<Proof, { readonly ok: true }> }
  | { readonly kind: 'left-out'; readonly what: LeftOut }
  | OnceFailure;

/** What was asked for and is not so. */
export type OnceFailure =
  | { readonly kind: 'not-ready' | 'not-registered' | 'taken-back'; readonly problem: Problem }
  | { readonly kind: 'fails'; readonly key: string; readonly proof: Extract<Proof, { readonly ok: false }> };

/** Whether a platform runs: by what, or why not. */
export type Proof =
  | { readonly ok: true; readonly by: 'entry'; readonly name: string }
  | {
      readonly ok: true;
      readonly by: 'ours';
      readonly name: string;
      readonly flags: string;
      readonly version: string | null;
      readonly tookMs: number;
    }
  | { readonly ok: true; readonly by: 'other'; readonly path: string | null }
  | { readonly ok: false; readonly by: 'entry'; readonly name: string }
  | { readonly ok: false; readonly by: 'probe'; readonly verdict: ProbeVerdict; readonly detail: string };
