import type { Cause } from '../../core/diagnose/causes.ts';
import type { Explanation } from '../../core/diagnose/explanation.ts';
import { causeKind, remedyText } from '../../core/diagnose/remedy.ts';
import type { Here } from '../../core/text/typed.ts';
import { visible } from '../../core/text/visible.ts';

/** One file for programs: names and paths as text, each cause with its title and remedy. */
export function explanationData(one: Explanation, here: Here): unknown {
  const { verdict, remarks, what, ...rest } = one;
  const cause = 'cause' in verdict && verdict.cause !== null ? causeData(verdict.cause, here) : null;
  return {
    ...readable(rest),
    kind: what?.kind ?? null,
    verdict: { ...readable(verdict), ...('cause' in verdict ? { cause } : {}) },
    remarks: remarks.map((remark) => causeData(remark, here)),
  };
}

function causeData(cause: Cause, here: Here): object {
  const { code, subject, detail } = cause;
  const { title } = causeKind(code);
  return { code, title, subject: visible(subject), detail: visible(detail), remedy: remedyText(cause, here) };
}

/** Byte strings as text. */
function readable<T extends object>(data: T): object {
  return JSON.parse(JSON.stringify(data), (_, value) => (typeof value === 'string' ? visible(value) : value));
}
