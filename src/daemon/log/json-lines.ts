import type { Logger } from '../../core/logger.ts';

/**
 * A logger that makes one line of JSON of each call, as pino makes it with our options (a test compares them): pino takes
 * 11 ms and 5 MB to be loaded, most of it for what is not used here. Below `level` nothing is done.
 */
export function createJsonLines(level: string, write: (line: string) => void): Logger {
  const least = isSeverity(level) ? ranks[level] : ranks.info;
  const at = (severity: Severity) =>
    ranks[severity] < least
      ? () => {}
      : (given: object | string, sentence?: string): void => write(lineOf(severity, given, sentence));
  return {
    fatal: at('fatal'),
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
  };
}

const ranks = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

type Severity = keyof typeof ranks;

function isSeverity(word: string): word is Severity {
  return Object.hasOwn(ranks, word);
}

function lineOf(severity: Severity, given: object | string, sentence: string | undefined): string {
  const fields = typeof given === 'string' ? { msg: given } : { ...given, msg: sentence ?? wordsOf(given) };
  return `${print({ level: ranks[severity], severity, time: new Date(), ...fields })}\n`;
}

/** What an error says stands for a sentence that was not given. */
function wordsOf(given: object): string | undefined {
  return 'err' in given && given.err instanceof Error ? given.err.message : undefined;
}

/** A line must come out of anything, also out of what leads back to itself. */
function print(fields: object): string {
  const above: { readonly given: object; readonly printed: object }[] = [];
  return JSON.stringify(fields, function (this: unknown, _, value: unknown) {
    if (typeof value === 'bigint') return Number(value);
    if (typeof value !== 'object' || value === null) return value;
    while (above.length > 0 && above.at(-1)?.printed !== this) above.pop();
    if (above.some(({ given }) => given === value)) return '[Circular]';
    const printed = value instanceof Error ? plain(value) : value;
    above.push({ given: value, printed });
    return printed;
  });
}

/** An error as a bug report needs it; JSON knows none of it. */
function plain(error: Error): object {
  const chain = causes(error);
  const told = {
    type: error.constructor.name,
    message: chain.map((one) => one.message).join(': '),
    stack: chain.map((one) => one.stack).join('\ncaused by: '),
  };
  return Object.assign(told, error);
}

function causes(error: Error): readonly Error[] {
  const chain = [error];
  for (let next = error.cause; next instanceof Error && !chain.includes(next); next = next.cause)
    chain.push(next);
  return chain;
}
