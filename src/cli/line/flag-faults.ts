import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { listOfPlatforms } from '../../core/platforms/spellings.ts';
import { parseDuration } from '../../core/text/duration.ts';
import { nearest } from '../../core/text/suggest.ts';
import type { Command } from './command-table.ts';
import { optionsOf } from './option-list.ts';
import { otherOption } from './other-words.ts';

/** What a command line gave, by long name without dashes. */
export type Flags = Readonly<Record<string, unknown>>;

/** Everything that is wrong with the options of a command line before their values are looked at as settings. */
export function flagFaults(flags: Flags, command: Command | null): readonly string[] {
  const options = optionsOf(command);
  const known = new Map(options.map((o) => [o.flag.slice(2), o]));
  return Object.entries(flags).flatMap(([name, given]) => {
    const option = known.get(name);
    if (option === undefined) return [unknownOption(name, command)];
    if (option.group === 'settings') return [];
    const repeated = Array.isArray(given);
    if (repeated && option.many) return [];
    if (repeated) return [`${option.flag}: given more than once`];
    if (typeof given !== 'string' || option.values.length === 0 || option.values.includes(given)) return [];
    return [`${option.flag}: ${notAmong(given, option.values)}`];
  });
}

/** Refuses a word that a command does not take, and names the option under which it was probably meant. */
export function strayArgument(
  { name, options, takes }: Pick<Command, 'name' | 'options' | 'takes'>,
  word: string,
): string {
  const refused = `${name} takes no argument; got ${JSON.stringify(word)}`;
  const named = (what: string, flag: string): string =>
    `${refused}; ${what} is named by an option: ${flag} ${word}`;
  if (parseDuration(word) !== undefined && options.some((o) => o.placeholder === 'TIME'))
    return named('a time', '--for');
  if (takes !== 'settings') return refused;
  const isPlatform = listOfPlatforms(word).every((one) => words.has(one) || 'target' in resolvePlatform(one));
  if (isPlatform) return named('a platform', '--platforms');
  if (/^[./~]|\/|\.(ya?ml|json|conf)$/.test(word)) return named('a file', '--config');
  return ['table', 'json', 'yaml'].includes(word) ? named('a format', '--output') : refused;
}

const words: ReadonlySet<string> = new Set(['auto', 'all']);

/** Names the option that was probably meant. */
function unknownOption(name: string, command: Command | null): string {
  const dashed = name.length === 1 ? `-${name}` : `--${name}`;
  const flags = optionsOf(command).map((o) => o.flag);
  const other = otherOption(name, command);
  if (other !== null) return `${dashed}: ${other}`;
  const word = nearest(`--${name}`, flags);
  const where = command === null ? '' : ` of ${command.name}`;
  return `${dashed}: unknown option${where}${word === undefined ? '' : `; did you mean ${word}?`}`;
}

/** Says which words are allowed, and which was probably meant. */
export function notAmong(given: string, allowed: readonly string[]): string {
  const word = nearest(given, allowed);
  const hint = word === undefined ? '' : `; did you mean ${JSON.stringify(word)}?`;
  return `must be one of ${allowed.join(', ')}; got ${JSON.stringify(given)}${hint}`;
}
