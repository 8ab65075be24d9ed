import yargs, { type Argv } from 'yargs';
import { isBlankList } from '../../core/config/layers.ts';
import { listOfPlatforms } from '../../core/platforms/spellings.ts';
import { nearest } from '../../core/text/suggest.ts';
import { type Command, commands } from './command-table.ts';
import { type Flags, flagFaults, notAmong, strayArgument } from './flag-faults.ts';
import { gateLine } from './gate-line.ts';
import { optionsOf } from './option-list.ts';
import { otherCommands, patternFault } from './other-words.ts';

/** What a command line asks for. */
export type Line =
  | { readonly kind: 'help'; readonly words: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'misused'; readonly faults: readonly string[] }
  | {
      readonly kind: 'command';
      readonly command: (typeof commands)[number];
      readonly flags: Flags;
      /** What follows the command, lists taken apart. */
      readonly args: readonly string[];
    };

/** Reads a command line by the table of commands; what yargs would say about it is said here, with suggestions. */
export async function readLine(given: readonly string[]): Promise<Line> {
  const argv = gateLine(given);
  let words = '';
  let read: Flags = {};
  const found = (chosen: string, flags: Flags): void => {
    words = chosen;
    read = flags;
  };
  // yargs drops a lone dash.
  const files = argv[0] === 'explain' || argv.slice(0, 2).includes('import');
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const spelled = argv.map((word, at) => (files && word === '-' && at < end ? '/dev/stdin' : word));
  try {
    await declare(parserOf(spelled), '', found).parseAsync();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: 'misused', faults: [error.message] };
  }
  const { _: behind, words: args, $0: _, ...flags } = read;
  if (flags.help === true) return { kind: 'help', words };
  const command = commands.find((c) => c.name === words);
  if (command === undefined && flags.version === true) return { kind: 'version' };
  const stray = listOf(behind).slice(words === '' ? 0 : words.split(' ').length);
  if (command === undefined) {
    return { kind: 'misused', faults: [unknownCommand(words, stray[0]), ...flagFaults(flags, null)] };
  }
  const rest = [...listOf(args), ...stray];
  const faults = [
    ...argumentFaults(command, rest),
    ...emptyFaults(command, rest),
    ...flagFaults(flags, command),
  ];
  const isCommandLine = command.argument?.values === 'command';
  if (faults.length > 0 && isCommandLine)
    faults.push(`${command.name}: options of the command stand behind --`);
  if (faults.length > 0) return { kind: 'misused', faults };
  const values = command.argument?.values;
  if (isCommandLine || values === 'files' || values === 'names')
    return { kind: 'command', command, flags, args: rest };
  return { kind: 'command', command, flags, args: rest.flatMap(listOfPlatforms) };
}

/** A variable that was not set must not make a command speak of everything. */
function emptyFaults({ name, argument }: Command, words: readonly string[]): readonly string[] {
  if (argument?.values !== 'platforms' || !words.some(isBlankList)) return [];
  return [
    `${name}: an empty word stands where a platform should; write names such as arm64, or no word at all`,
  ];
}

class UsageError extends Error {}

function parserOf(argv: readonly string[]): Argv {
  return yargs([...argv])
    .scriptName('binfmt-keeper')
    .locale('en')
    .help(false)
    .version(false)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .exitProcess(false)
    .fail((message, error) => {
      // yargs gives its own complaint as an error or as a message, whichever stage found it.
      if (error && error.name !== 'YError') throw error;
      const lacking = /^Not enough arguments following: (\S+)/.exec(message ?? error.message)?.[1];
      throw new UsageError(
        lacking === undefined ? (message ?? error.message) : `--${lacking}: needs a value`,
      );
    });
}

/** Declares what stands below `group`, the words in front of it. */
function declare(parser: Argv, group: string, found: (words: string, flags: Flags) => void): Argv {
  for (const name of wordsBelow(group)) {
    const words = group === '' ? name : `${group} ${name}`;
    const command = commands.find((c) => c.name === words);
    parser.command(
      command?.argument === undefined ? name : `${name} [words..]`,
      false,
      (y) => (command === undefined ? declare(y, words, found) : withOptions(y, command)),
      (flags) => found(words, { ...flags }),
    );
  }
  parser.command(
    '*',
    false,
    (y) => y,
    (flags) => found(group, { ...flags }),
  );
  return withOptions(parser, null);
}

function withOptions(parser: Argv, command: Command | null): Argv {
  if (command?.argument !== undefined) parser.positional('words', { type: 'string', array: true });
  for (const o of optionsOf(command)) {
    const name = o.flag.slice(2);
    const short = o.short === null ? {} : { alias: o.short.slice(1) };
    if (o.placeholder === null) parser.option(name, { type: 'boolean', ...short });
    else parser.option(name, { type: 'string', requiresArg: true, ...short });
  }
  return parser;
}

function argumentFaults(command: Command, given: readonly string[]): readonly string[] {
  const { name, argument } = command;
  if (argument === undefined) {
    return given.map((word) => strayArgument(command, word));
  }
  const { values } = argument;
  if (values === 'platforms') return given.flatMap((word) => patternFault(command, word) ?? []);
  if (values === 'command') return [];
  if (values === 'names')
    return given.length > 0 ? [] : [`${name}: expected the name of an entry or of a platform`];
  if (values === 'files')
    return given.length > 0 || argument.optional === true ? [] : [`${name}: expected a file, or - for stdin`];
  if (given.length === 0 && argument.optional === true) return [];
  if (values.length > mostListed)
    return given.length > 1
      ? [`${name}: expected one word, got ${given.length}`]
      : given.flatMap((word) => unknownWord(command, word, values));
  if (given.length !== 1) return [`${name}: expected one of ${values.join(', ')}`];
  return given.filter((word) => !values.includes(word)).map((word) => `${name}: ${notAmong(word, values)}`);
}

/** More are no help in a message. */
const mostListed = 20;

function unknownWord(
  { name, argument }: Command,
  word: string,
  values: readonly string[],
): readonly string[] {
  if (values.includes(word)) return [];
  const meant = nearest(word, values);
  const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
  return [`${name}: ${JSON.stringify(word)} is no ${argument?.placeholder ?? 'word'} that is known${hint}`];
}

function unknownCommand(group: string, word: string | undefined): string {
  const names = wordsBelow(group);
  const list = names.join(', ');
  if (word === undefined)
    return group === '' ? `expected a command: ${list}` : `${group}: expected one of ${list}`;
  const meant = (group === '' ? otherCommands.get(word.toLowerCase()) : undefined) ?? nearest(word, names);
  const hint = meant === undefined ? `there are ${list}` : `did you mean ${JSON.stringify(meant)}?`;
  return `${JSON.stringify(word)} is no command${group === '' ? '' : ` of ${group}`}; ${hint}`;
}

/** The words that may follow: commands and groups of commands. */
function wordsBelow(group: string): readonly string[] {
  const start = group === '' ? '' : `${group} `;
  const below = commands.filter((c) => c.name.startsWith(start));
  return [...new Set(below.map((c) => c.name.slice(start.length).split(' ')[0] ?? ''))];
}

function listOf(given: unknown): readonly string[] {
  return given === undefined ? [] : Array.isArray(given) ? given.map(String) : [String(given)];
}
