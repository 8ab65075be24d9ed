import * as z from 'zod';
import { formatDuration } from '../text/duration.ts';
import { faultOfPath, readDuration, spans } from './rules.ts';

/** What proves that a handler of the user's own works. */
export interface OwnCheck {
  /** What is run, words of text; of a sample the file alone. */
  readonly command: readonly string[];
  /** The command is a file of the handler, to be run by it. */
  readonly isSample: boolean;
  /** Milliseconds; null for `probe.timeout`. */
  readonly timeout: number | null;
  /** The status that it must end with. */
  readonly status: number;
}

const statusRule = { error: 'must be a whole number from 0 to 255' };

const text = z.strictObject({
  command: z
    .array(z.string())
    .optional()
    .describe('program and arguments to run; the program by an absolute path, or a file of the handler'),
  file: z.string().optional().describe('in place of a command: a file of the handler, which is run by it'),
  timeout: z.string().optional().describe('how long it may take; probe.timeout by default'),
  status: z
    .int(statusRule)
    .min(0, statusRule)
    .max(255, statusRule)
    .optional()
    .describe('exit status that it must end with; 0 by default'),
});

/** A check as the configuration file writes it. */
export type OwnCheckText = z.input<typeof text>;

/** The keys of a check, for suggestions. */
export const ownCheckKeys: readonly (keyof OwnCheckText)[] = text.keyof().options;

/** A right value of each key. */
export const ownCheckExample: Readonly<Record<keyof OwnCheckText, string>> = {
  command: '[/usr/local/lib/app.jar, --version]',
  file: '/usr/local/lib/sample.jar',
  timeout: '10s',
  status: '0',
};

/** The value of `check` in a handler; all that is wrong with it is told at its place. */
export const ownCheckSchema = text.transform((given, context): OwnCheck => {
  let faulty = false;
  const fault = (path: PropertyKey[], message: string): void => {
    faulty = true;
    context.addIssue({ code: 'custom', path, message });
  };
  const { command, file, timeout, status = 0 } = given;
  if ((command === undefined) === (file === undefined))
    fault([], 'must have either command or file: what is run to prove the handler');
  if (file !== undefined) ofPath(file, (why) => fault(['file'], why));
  if (command !== undefined) ofPath(command[0] ?? '', (why) => fault(['command'], `its program ${why}`));
  if (command?.some((word) => word.includes('\0'))) fault(['command'], 'must hold no NUL');
  const read = timeout === undefined ? null : readDuration(timeout, spans['probe.timeout']);
  if (read !== null && 'why' in read) fault(['timeout'], read.why);
  if (faulty) return z.NEVER;
  return {
    command: command ?? [file ?? ''],
    isSample: file !== undefined,
    timeout: read !== null && 'ms' in read ? read.ms : null,
    status,
  };
});

/** The same check as the configuration file would write it. */
export function writeOwnCheck({ command, isSample, timeout, status }: OwnCheck): OwnCheckText {
  return {
    ...(isSample ? { file: command[0] } : { command: [...command] }),
    ...(timeout === null ? {} : { timeout: formatDuration(timeout) }),
    status,
  };
}

function ofPath(given: string, fault: (why: string) => void): void {
  const why = faultOfPath(given);
  if (why !== null) fault(`${why}; got ${JSON.stringify(given.slice(0, 60))}`);
}
