import { type ProblemCode, problemCatalogue } from '../../core/problems.ts';
import type { Context } from './context.ts';
import { problemLines } from './problem-text.ts';

/** Says what is wrong and what to do about it, where a command cannot go on. */
export function complain(context: Context, code: ProblemCode, detail: string): void {
  const { title, severity, remedy } = problemCatalogue[code];
  const problem = { code, subject: '', detail, title, severity, remedy };
  const view = {
    columns: context.terminal ? context.columns : null,
    style: context.errStyle,
    here: context.here,
  };
  context.err(`binfmt-keeper: ${problemLines([problem], view).join('\n')}\n`);
}
