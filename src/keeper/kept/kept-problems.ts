import type { Entry } from '../../core/kernel/entry.ts';
import { maskOf } from '../../core/plan/binfmt-d.ts';
import type { Judgement, Kept } from '../../core/plan/custody.ts';
import type { Problem } from '../../core/problems.ts';

/** A kept entry and how things stand for it now. */
export interface KeptView extends Judgement {
  readonly kept: Kept;
  readonly entry: Entry | null;
}

/** The same where its file was replaced since, so that it is to be registered anew; not where anything else is due. */
export function renewed(view: KeptView): KeptView {
  if (view.due !== 'nothing' || view.state !== 'ok' || view.kept.published === true) return view;
  return { ...view, state: 'stale', why: 'holds a file that was replaced', due: 'replace' };
}

/** What is wrong with a kept entry: `refused` for a dangerous line, `unusable` for an interpreter that is not to be run. */
export function keptProblem(
  view: KeptView,
  refused: string | null,
  unusable: { readonly why: string; readonly untrusted?: boolean } | null,
): Problem | null {
  const { kept, registration, due, why } = view;
  const subject = kept.name;
  const where = kept.declared === null || kept.adopted ? '' : `${kept.declared.where}: `;
  if (refused !== null) return { code: 'handler-refused', subject, detail: `${where}${refused}` };
  if (registration === null && due === 'nothing') {
    const detail = view.entry === null ? 'no entry, and none was seen' : why;
    return { code: 'adopted-missing', subject, detail };
  }
  if (due !== 'nothing') {
    if (unusable === null) return null;
    const code = unusable.untrusted === true ? 'untrusted-interpreter' : 'kept-without-interpreter';
    const { interpreter } = registration ?? { interpreter: '' };
    const values = { ...(kept.declared === null ? {} : maskOf(kept.declared.where)), FILE: interpreter };
    return { code, subject, detail: `${where}${unusable.why}`, values };
  }
  if (view.state === 'ok') return null;
  return { code: 'declared-differs', subject, detail: `the entry ${why}` };
}
