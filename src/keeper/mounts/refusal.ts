import type { ExitCode } from '../../core/exit-codes.ts';
import type { ProblemCode } from '../../core/problems.ts';

/** Why the keeper cannot work here: one problem and the exit code that it means. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly exit: ExitCode;
}

/** Makes one. */
export function refuse(code: ProblemCode, detail: string, exit: ExitCode): Refusal {
  return { ok: false, code, detail, exit };
}
