import type { ExitCode } from '../../core/exit-codes.ts';
import type { Problem, ProblemCode } from '../../core/problems.ts';

/** Why the keeper cannot work here: one problem and the exit code that it means. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly exit: ExitCode;
  readonly values?: Problem['values'];
}

/** Makes one. */
export function refuse(
  code: ProblemCode,
  detail: string,
  exit: ExitCode,
  values?: Problem['values'],
): Refusal {
  return { ok: false, code, detail, exit, ...(values === undefined ? {} : { values }) };
}
