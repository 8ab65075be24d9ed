import { listOfPlatforms } from '../../core/platforms/spellings.ts';
import { commands } from './command-table.ts';
import { flagFaults } from './flag-faults.ts';
import { optionsOf } from './option-list.ts';
import type { Line } from './read-line.ts';

/**
 * Reads a command line that is written in the plainest way, without yargs, whose loading takes as long as Node's own start:
 * a command of one word, platforms or files, options spelled out, each once. Null for everything else, and for whatever is wrong:
 * then `readLine` has the word, and it says the same of what is plain.
 */
export function readPlainLine(argv: readonly string[]): Extract<Line, { kind: 'command' }> | null {
  const [name = '', ...rest] = argv;
  const command = commands.find((c) => c.name === name);
  if (command === undefined || command.argument?.values === 'command' || rest.includes('--gate')) return null;
  const known = optionsOf(command);
  const options = new Map(known.map((o) => [o.flag.slice(2), o]));
  const flags: Record<string, string | true> = {};
  const args: string[] = [];
  const takesFiles = command.argument?.values === 'files';
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if ((takesFiles ? plainPath : plainWord).test(word) && !truths.has(word)) {
      args.push(...(takesFiles ? [word] : listOfPlatforms(word)));
      continue;
    }
    const short = known.find((o) => o.short === word && o.placeholder !== null);
    const [, long = '', behind] = plainOption.exec(short?.flag ?? word) ?? [];
    const option = options.get(long);
    if (option === undefined || long === 'help' || Object.hasOwn(flags, long)) return null;
    if (option.placeholder === null) {
      if (behind !== undefined || truths.has(rest[at + 1] ?? '')) return null;
      flags[long] = true;
      continue;
    }
    const value = behind ?? rest[++at];
    if (value === undefined || !plainValue.test(value)) return null;
    flags[long] = value;
  }
  const { argument } = command;
  if (argument === undefined ? args.length > 0 : argument.values !== 'platforms' && !takesFiles) return null;
  // `readLine` says what is missing.
  if (takesFiles && args.length === 0) return null;
  return flagFaults(flags, command).length > 0 ? null : { kind: 'command', command, flags, args };
}

const plainWord = /^[A-Za-z][\w/,]*$/;
const plainPath = /^[\w./][\w./+@%:-]*$/;
const plainOption = /^--([a-z]+(?:-[a-z0-9]+)*)(?:=(.*))?$/s;
/** No quotation marks, which yargs takes away, and nothing that could be an option. */
const plainValue = /^[\w/.:@][\w/.,:@+-]*$/;
/** yargs takes them for the value of a switch in front. */
const truths: ReadonlySet<string> = new Set(['true', 'false']);
