import { textOf } from '../kernel/bytes.ts';
import type { Cause } from './causes.ts';
import type { Course, Ending, Step } from './execute.ts';
import { judgeFormat } from './judge-format.ts';
import { judgeOpen } from './judge-open.ts';
import type { Where } from './where.ts';

/** The cause of a failure of execve(2). */
export function judgeEnded(
  course: Course,
  ending: Ending & { readonly kind: 'fails' },
  where: Where,
): Cause | null {
  const last = course.steps.at(-1);
  const before = course.steps.at(-2) ?? null;
  if (last === undefined) return null;
  switch (ending.why) {
    case 'open':
      return judgeOpen(last, before, where);
    case 'depth':
      return judgeDepth(course.steps, where);
    case 'loader':
      return judgeLoaderFile(last, before);
    case 'unknown-format':
    case 'script':
    case 'elf':
      return last.ask.role === 'handler' ? judgeHandler(last, before, where) : judgeFormat(last, where);
  }
}

/** The interpreter of an entry is no program of this machine, and nothing runs it. */
function judgeHandler(step: Step, before: Step | null, where: Where): Cause {
  const inner = judgeFormat(step, where);
  const entry = before?.choice?.entry?.name ?? '';
  const detail = `the entry ${textOf(entry)} takes it, and its interpreter ${textOf(step.ask.path)} is not run: ${inner.detail}`;
  const values = { ...inner.values, ENTRY: entry, NAME: entry, FILE: step.ask.path };
  return { code: 'entry-interpreter-machine', subject: entry, detail, values };
}

function judgeDepth(steps: readonly Step[], { main }: Where): Cause {
  const names = steps.flatMap(({ choice }) => (choice?.entry ? [choice.entry.name] : []));
  const again = names.find((name, at) => names.indexOf(name) !== at) ?? names[0];
  const way = steps.slice(0, 3).map(({ ask }) => textOf(ask.path));
  const detail =
    again === undefined
      ? `scripts name scripts: ${way.join(' → ')} → …`
      : `the entry ${textOf(again)} takes ${way[0]}, and then what runs it too: ${way.join(' → ')} → …`;
  const values = {
    MAIN: main ?? '/proc/sys/fs/binfmt_misc',
    ...(again === undefined ? {} : { ENTRY: again }),
  };
  return { code: 'too-many-levels', subject: again ?? steps[0]?.ask.path ?? '', detail, values };
}

function judgeLoaderFile({ ask }: Step, before: Step | null): Cause {
  const needs = before?.ask.path ?? '';
  const detail = `${textOf(needs)} asks for ${textOf(ask.path)}, which is no ELF loader of this machine`;
  const code = before?.ask.role === 'handler' ? 'entry-interpreter-loader' : 'loader-unfit';
  return { code, subject: needs, detail, values: { FILE: needs, LOADER: ask.path } };
}
