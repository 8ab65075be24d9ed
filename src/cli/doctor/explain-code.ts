import { meanings } from '../../core/doctor/meanings.ts';
import { printed } from '../../core/doctor/printed.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { type ProblemCode, problemCatalogue } from '../../core/problems.ts';
import { repository } from '../../core/project.ts';
import { typed } from '../../core/text/typed.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { wrap } from '../terminal/wrap.ts';

/** Explains one code in full; the line was read before, so it is one. */
export function explainCode(context: Context, code: string): ExitCode {
  if (!isCode(code)) return exitCodes.usage;
  const { title, severity, remedy, dependsOn = [] } = problemCatalogue[code];
  const link = `${repository}/blob/main/docs/problems.md#${code}`;
  const told = {
    ...{ schema: 1, code, severity, title, meaning: meanings[code] },
    shownAs: printed.filter(({ codes }) => codes.includes(code)).flatMap(({ texts }) => texts),
    ...{ remedy: typed(remedy, context.here), dependsOn, link },
  };
  const width = context.columns ?? Number.POSITIVE_INFINITY;
  const lines = (): string =>
    [
      ...wrap(`${severity} ${code}: ${title}`, width, '', '  '),
      '',
      ...(told.meaning === '' ? [] : [...wrap(told.meaning, width, '', ''), '']),
      ...(told.shownAs.length === 0
        ? []
        : [...wrap(`Shown by kernel and tools as: ${told.shownAs.join(', ')}.`, width, '', ''), '']),
      ...wrap(`→ ${told.remedy}`, width, '', '  '),
      ...(dependsOn.length === 0
        ? []
        : ['', ...wrap(`Not shown while one of these explains it: ${dependsOn.join(', ')}.`, width, '', '')]),
      '',
      link,
    ].join('\n');
  context.out(render(told, context.format, () => `${lines()}\n`));
  return exitCodes.ok;
}

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemCatalogue, code);
}
