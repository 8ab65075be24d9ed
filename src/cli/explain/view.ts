import type { Cause } from '../../core/diagnose/causes.ts';
import type { Explanation, OtherEntry, Verdict } from '../../core/diagnose/explanation.ts';
import type { Errno } from '../../core/diagnose/facts.ts';
import { causeKind, remedyText } from '../../core/diagnose/remedy.ts';
import { visible } from '../../core/text/visible.ts';
import type { View } from '../terminal/problem-text.ts';
import { wrap } from '../terminal/wrap.ts';
import { whatText } from './what-text.ts';

/** One file for people: the verdict first, then what leads to it, then what to do. */
export function explanationLines(one: Explanation, host: string, view: View): readonly string[] {
  const width = view.columns ?? Number.POSITIVE_INFINITY;
  const facts = factsOf(one, host).flatMap(([label, text]) =>
    wrap(`${label.padEnd(labelWidth)}${text}`, width, '  ', ' '.repeat(labelWidth + 4)),
  );
  const cause = 'cause' in one.verdict ? one.verdict.cause : null;
  return [
    `${view.style.strong(`${visible(one.file)}:`)} ${painted(one.verdict, view)}`,
    ...facts,
    ...(cause === null ? [] : causeLines(cause, view, width)),
    ...one.remarks.flatMap((remark) => causeLines(remark, view, width)),
  ];
}

const labelWidth = 10;

/** The verdict as a sentence. */
function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'native':
      return 'runs natively';
    case 'emulated':
      return verdict.proof.kind === 'verified'
        ? `runs emulated, by ${visible(verdict.proof.interpreter)}`
        : `runs by ${visible(verdict.by.interpreter)}, which is not proven: ${visible(verdict.proof.why)}`;
    case 'fails':
      return verdict.errno === null
        ? `starts, and ends ${visible(verdict.ends ?? '')}`
        : `fails with ${verdict.errno} (${said[verdict.errno]})`;
    case 'unknown':
      return `cannot be told: ${visible(verdict.why)}`;
  }
}

/** As the C library says it, which is what people have read. */
const said: Readonly<Record<Errno, string>> = {
  EACCES: 'Permission denied',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  ELIBBAD: 'Accessing a corrupted shared library',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  ENOENT: 'No such file or directory',
  ENOEXEC: 'Exec format error',
  ENOTDIR: 'Not a directory',
};

function painted(verdict: Verdict, { style }: View): string {
  const good =
    verdict.kind === 'native' || (verdict.kind === 'emulated' && verdict.proof.kind === 'verified');
  const paint = good ? style.good : verdict.kind === 'fails' ? style.bad : style.middling;
  return paint(verdictText(verdict));
}

function factsOf(one: Explanation, host: string): readonly (readonly [label: string, text: string])[] {
  const way = one.way.slice(1).map(({ path, role }) => [roles[role], visible(path)] as const);
  return [
    ...(one.what === null ? [] : [['is', whatText(one.what, one.platform)] as const]),
    ['host', host],
    ...(one.entry === null
      ? []
      : [['entry', `${visible(one.entry.name)} (flags ${one.entry.flags || 'none'})`] as const]),
    ...one.others.map((other) => ['also fits', otherText(other, one)] as const),
    ...way,
    ...(one.verdict.kind === 'emulated' && one.verdict.proof.kind === 'verified'
      ? [
          [
            'proof',
            `a program of ${one.platform} ran by it in ${Math.round(one.verdict.proof.tookMs)} ms`,
          ] as const,
        ]
      : []),
  ];
}

const roles = {
  program: 'file',
  'script-interpreter': 'run by',
  handler: 'run by',
  loader: 'loader',
} as const;

function otherText({ name, interpreter, why }: OtherEntry, { entry }: Explanation): string {
  const reason = {
    behind: `stands behind ${visible(entry?.name ?? '')}`,
    disabled: 'is disabled',
    'status-zero': 'all entries are switched off',
  };
  return `${visible(name)}, for ${visible(interpreter)}: ${reason[why]}`;
}

/** Code and title, what exactly, what to do. */
function causeLines(cause: Cause, view: View, width: number): readonly string[] {
  return [
    ...wrap(`${cause.code}: ${causeKind(cause.code).title}`, width, '  ', '    '),
    ...wrap(visible(cause.detail), width, '    ', '    '),
    ...wrap(`→ ${remedyText(cause, view.here)}`, width, '    ', '      '),
  ];
}
