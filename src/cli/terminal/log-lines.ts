import { visible } from '../../core/text/visible.ts';
import { clockOf, dateOf } from './local-time.ts';
import { type Style, styleFor } from './style.ts';

/** The log as the command line or the environment wants it: for people where they read it, else JSON (undefined). */
export function logLines(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  terminal: boolean,
): ((line: string) => string) | undefined {
  const asked = flags['log-format'] ?? env.BINFMT_KEEPER_LOG_FORMAT?.trim();
  if (asked === 'json' || (asked !== 'text' && !terminal)) return undefined;
  return createLogLines(styleFor(terminal, env));
}

/**
 * Lines of the log for people: local time, a sentence, and below it what to do. Makes of each line of JSON one or two for
 * a terminal; a date stands where the day changes.
 */
export function createLogLines(style: Style): (line: string) => string {
  let day = '';
  return (line) => {
    const { time, level, severity, msg, remedy, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const at = new Date(typeof time === 'string' ? time : Number.NaN);
    const today = dateOf(at);
    const changed = day !== '' && day !== today ? `${style.faint(`-- ${today} --`)}\n` : '';
    day = today;
    const rank = Number(level);
    const word = rank >= 50 ? style.bad('error: ') : rank >= 40 ? style.middling('warning: ') : '';
    // Fields are for programs; whoever asks for details gets them too.
    const details = rank > 20 ? '' : ` ${style.faint(visible(JSON.stringify(rest)))}`;
    const what = [visible(String(msg)), ...errorWords(err, rank)].join(': ');
    const next = typeof remedy === 'string' ? `${indent}→ ${visible(remedy)}\n` : '';
    return `${changed}${style.faint(clockOf(at))}  ${word}${what}${details}\n${next}`;
  };
}

const indent = ' '.repeat(10);

/** The stack of a defect is what a bug report needs. */
function errorWords(err: unknown, rank: number): readonly string[] {
  if (typeof err !== 'object' || err === null) return [];
  const { message, stack } = err as { readonly message?: unknown; readonly stack?: unknown };
  if (rank < 60 || typeof stack !== 'string') return [visible(String(message))];
  return [stack.split('\n').map(visible).join(`\n${indent}`)];
}
