import { catalogue } from '../../core/platforms/catalogue.ts';
import { type Command, commands, groups } from '../line/command-table.ts';
import { type OptionLine, optionsOf } from '../line/option-list.ts';

/** The platforms worth offering: one name for each that can be kept. */
export const platformWords: readonly string[] = catalogue
  .filter((a) => a.usable)
  .map((a) => a.platforms[0] ?? a.target);

/** The options of all commands, each once, with the commands that have it; null stands for none yet. */
export function sharedOptions(): readonly {
  readonly option: OptionLine;
  readonly commands: readonly (Command | null)[];
}[] {
  const found = new Map<string, { option: OptionLine; commands: (Command | null)[] }>();
  for (const command of [null, ...commands]) {
    for (const option of optionsOf(command)) {
      const known = found.get(option.flag);
      if (known === undefined) found.set(option.flag, { option, commands: [command] });
      else known.commands.push(command);
    }
  }
  return [...found.values()];
}

/** What may follow the words of a group, `` for the first: the next word and what it does. */
export function wordsAfter(group: string): readonly (readonly [word: string, does: string])[] {
  const start = group === '' ? '' : `${group} `;
  const below = commands.filter((c) => c.name.startsWith(start));
  const seen = new Map<string, string>();
  for (const { name, summary } of below) {
    const [word = '', more] = name.slice(start.length).split(' ');
    if (!seen.has(word)) seen.set(word, more === undefined ? summary : (groups[word] ?? ''));
  }
  return [...seen];
}

/** The words that an argument or an option takes; empty for free text and paths. */
export function wordsFor(
  values: readonly string[] | 'platforms' | 'names',
  takes?: OptionLine['takes'],
): readonly string[] {
  if (values === 'names') return platformWords;
  if (values === 'platforms') return ['auto', 'all', ...platformWords];
  return takes === 'platforms' ? [...values, ...platformWords] : values;
}

/** Text between single quotes of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
