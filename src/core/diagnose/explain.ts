import { textOf } from '../kernel/bytes.ts';
import type { Entry } from '../kernel/entry.ts';
import type { Cause, CauseCode } from './causes.ts';
import type { Course, Step } from './execute.ts';
import type { ChosenEntry, Explanation, OtherEntry, Verdict } from './explanation.ts';
import { judgeEnded } from './judge-ended.ts';
import { platformOf, rowOf } from './platform.ts';
import type { Where } from './where.ts';

/** Puts together what the way of the kernel says of a file; whether an emulator really runs it is for a probe to say. */
export function explainCourse(file: string, course: Course, where: Where): Explanation {
  const [first] = course.steps;
  const head = first?.found.kind === 'file' ? first.found.head : null;
  const row = head === null ? null : rowOf(head);
  const taken = course.steps.find(({ choice }) => choice?.entry != null) ?? null;
  return {
    file,
    what: first?.found.kind === 'file' ? first.found.what : null,
    platform: row === null ? null : platformOf(row),
    way: course.steps.map(({ ask, choice }) => ({ ...wayOf(ask), entry: choice?.entry?.name ?? null })),
    entry: taken?.choice?.entry ? told(taken.choice.entry) : null,
    others: othersOf((taken ?? first)?.choice ?? null),
    verdict: verdictOf(course, taken, where),
    remarks: [],
  };
}

function wayOf({ path, role }: Step['ask']): Pick<Explanation['way'][number], 'path' | 'role'> {
  return { path, role };
}

/** What of an entry matters here. */
function told({ name, interpreter, flags }: Entry): ChosenEntry {
  return { name, interpreter, flags };
}

function othersOf(choice: Step['choice']): readonly OtherEntry[] {
  return (choice?.losers ?? []).map(({ entry, why }) => ({ ...told(entry), why }));
}

function verdictOf(course: Course, taken: Step | null, where: Where): Verdict {
  const { ending } = course;
  if (ending.kind === 'unknown') {
    const path = course.steps.at(-1)?.ask.path ?? '';
    const cause: Cause | null =
      ending.unreadable === true
        ? {
            code: 'file-unreadable',
            subject: path,
            detail: `${textOf(path)}: ${ending.why}`,
            values: { FILE: path },
          }
        : null;
    return { kind: 'unknown', why: ending.why, cause };
  }
  if (ending.kind === 'fails') {
    const cause = judgeEnded(course, ending, where);
    if (cause === null) return { kind: 'unknown', why: 'nothing is there to look at', cause };
    if (isUnsure(cause, where)) return { kind: 'unknown', why: cause.detail, cause };
    return { kind: 'fails', errno: ending.errno, ends: null, cause };
  }
  if (taken?.choice?.entry)
    return {
      kind: 'emulated',
      by: told(taken.choice.entry),
      proof: { kind: 'none', why: 'it was not asked' },
    };
  return { kind: 'native' };
}

/** Without a view of the entries nobody knows who takes what the kernel itself does not. */
function isUnsure({ code }: Cause, { state }: Where): boolean {
  return state.entries === null && takable.has(code);
}

/** What entries are registered for. */
const takable: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'instance-missing',
  'no-emulator',
  'host-bits',
  'other-system-windows',
  'other-system-macos',
  'other-code',
  'saved-archive',
  'unknown-file',
]);
