import { textOf } from '../kernel/bytes.ts';
import { problemCatalogue } from '../problems.ts';
import { shellWord } from '../text/shell-word.ts';
import { type Here, typed } from '../text/typed.ts';
import { visible } from '../text/visible.ts';
import { type Cause, type CauseCode, type CauseKind, causeCatalogue, type SharedCode } from './causes.ts';

/** What is known of a cause, whichever catalogue has it. */
export function causeKind(code: CauseCode): CauseKind {
  if (Object.hasOwn(causeCatalogue, code)) return causeCatalogue[code as keyof typeof causeCatalogue];
  const { title, remedy } = problemCatalogue[code as SharedCode];
  return { title, remedy, errno: sharedErrno[code as SharedCode] };
}

const sharedErrno: Readonly<Record<SharedCode, CauseKind['errno']>> = {
  'status-zero': 'ENOEXEC',
  'entry-hidden': null,
  'entry-interpreter-missing': 'ENOENT',
  'entry-interpreter-mode': 'EACCES',
  'entry-interpreter-noexec': 'EACCES',
  'entry-interpreter-machine': 'ENOEXEC',
  'entry-interpreter-dynamic': null,
  'interpreter-label': null,
  'instance-missing': null,
};

/** What to do about a cause, with its own values, as it can be typed where it is read. */
export function remedyText({ code, values }: Cause, here?: Here): string {
  // A remedy of the problems fills in its own values, and leaves out what is not meant.
  if (!Object.hasOwn(causeCatalogue, code)) return typed(causeKind(code).remedy, here, values);
  const inserted: string[] = [];
  const fill = (part: string, quote: (value: string) => string): string =>
    part.replace(/\b[A-Z]{3,}\b/g, (word) => {
      const value = Object.hasOwn(values, word) ? values[word] : undefined;
      if (value === undefined) return word;
      // `typed` must not read what is in a name.
      return `\0${inserted.push(quote(value)) - 1}\0`;
    });
  const { remedy } = causeKind(code);
  return typed(filled(expanded(remedy, values), fill), here).replace(
    /\0(\d+)\0/g,
    (_, at) => inserted[Number(at)] ?? '',
  );
}

/** Words inside backquotes, which go, are quoted for a shell. */
function filled(text: string, fill: (part: string, quote: (value: string) => string) => string): string {
  return text
    .split('`')
    .map((part, at) => fill(part, at % 2 === 1 ? shown : visible))
    .join('');
}

/** UNPACK is a command with words of its own. */
function expanded(remedy: string, { UNPACK }: Cause['values']): string {
  return UNPACK === undefined ? remedy : remedy.replaceAll('UNPACK', UNPACK);
}

/** A byte string as one word of a shell; what a terminal would obey is written as bash and zsh read it. */
function shown(value: string): string {
  const text = visible(value);
  if (!/\p{Cc}|\p{Cf}/u.test(textOf(value)) && !text.includes('\\x')) return shellWord(text);
  const escaped = value.replace(
    /[^ -&(-[\]-~]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped}'`;
}
