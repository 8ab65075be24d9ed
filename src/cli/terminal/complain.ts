import { type Problem, type ProblemCode, problemCatalogue } from '../../core/problems.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import type { Context } from './context.ts';
import { problemLines } from './problem-text.ts';

/** Says what is wrong and what to do about it, where a command cannot go on. */
export function complain(
  context: Context,
  code: ProblemCode,
  detail: string,
  values?: Problem['values'],
): void {
  const { title, severity } = problemCatalogue[code];
  const plain = { code, subject: '', detail, ...(values === undefined ? {} : { values }) };
  const problem = { ...plain, title, severity, remedy: remedyOf(plain, context.here) };
  const view = {
    columns: context.terminal ? context.columns : null,
    style: context.errStyle,
    here: context.here,
  };
  context.err(`binfmt-keeper: ${problemLines([problem], view).join('\n')}\n`);
}
