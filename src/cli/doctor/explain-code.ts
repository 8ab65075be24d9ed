import { type CauseKind, causeCatalogue } from '../../core/diagnose/causes.ts';
import { meanings } from '../../core/doctor/meanings.ts';
import { printed } from '../../core/doctor/printed.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { type ProblemCode, type ProblemKind, problemCatalogue } from '../../core/problems.ts';
import { repository } from '../../core/project.ts';
import { typed } from '../../core/text/typed.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { wrap } from '../terminal/wrap.ts';

/** Explains one code in full, of a problem or of a cause that `explain` tells; the line was read before, so it is one. */
export function explainCode(context: Context, code: string): ExitCode {
  const told = toldOf(code, (remedy) => typed(remedy, context.here));
  if (told === null) return exitCodes.usage;
  const width = context.columns ?? Number.POSITIVE_INFINITY;
  const paragraphs = [
    wrap(`${told.severity === undefined ? '' : `${told.severity} `}${code}: ${told.title}`, width, '', '  '),
    told.meaning === '' ? [] : wrap(told.meaning, width, '', ''),
    told.shownAs.length === 0
      ? []
      : wrap(`Shown by kernel and tools as: ${told.shownAs.join(', ')}.`, width, '', ''),
    wrap(`→ ${told.remedy}`, width, '', '  '),
    told.dependsOn.length === 0
      ? []
      : wrap(`Not shown while one of these explains it: ${told.dependsOn.join(', ')}.`, width, '', ''),
    [told.link],
  ];
  const text = paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  context.out(render({ schema: 1, code, ...told }, context.format, () => `${text.join('\n\n')}\n`));
  return exitCodes.ok;
}

interface Told {
  /** Of problems alone. */
  readonly severity?: ProblemKind['severity'];
  readonly title: string;
  readonly meaning: string;
  readonly shownAs: readonly string[];
  readonly remedy: string;
  readonly dependsOn: readonly ProblemCode[];
  readonly link: string;
}

function toldOf(code: string, typeable: (remedy: string) => string): Told | null {
  const docs = `${repository}/blob/main/docs`;
  if (isProblem(code)) {
    const { title, severity, remedy, dependsOn = [] } = problemCatalogue[code];
    const shownAs = printed.filter(({ codes }) => codes.includes(code)).flatMap(({ texts }) => texts);
    const link = `${docs}/problems.md#${code}`;
    return { severity, title, meaning: meanings[code], shownAs, remedy: typeable(remedy), dependsOn, link };
  }
  if (!isCause(code)) return null;
  const { title, errno, remedy }: CauseKind = causeCatalogue[code];
  const meaning =
    errno === null
      ? 'Told by explain FILE: the kernel starts the program all the same.'
      : `Told by explain FILE: execve(2) fails with ${errno}.`;
  const link = `${docs}/explain.md#causes`;
  return { title, meaning, shownAs: [], remedy: typeable(remedy), dependsOn: [], link };
}

function isProblem(code: string): code is ProblemCode {
  return Object.hasOwn(problemCatalogue, code);
}

function isCause(code: string): code is keyof typeof causeCatalogue {
  return Object.hasOwn(causeCatalogue, code);
}
