import { type Command, commands, groups } from '../line/command-table.ts';
import type { OptionLine } from '../line/option-list.ts';
import { sharedOptions, wordsAfter, wordsFor } from './words.ts';

/** Completion for fish ≥ 3. */
export function fishCompletion(): string {
  const options = sharedOptions();
  const valued = options
    .map((s) => s.option)
    .filter((o) => o.placeholder !== null)
    .flatMap((o) => [...(o.short === null ? [] : [o.short]), o.flag]);
  const names = [...Object.keys(groups), ...commands.map((c) => c.name)];
  const lines = [
    ...['', ...Object.keys(groups)].flatMap(wordLines),
    ...commands.flatMap(argumentLine),
    ...options.map(({ option, commands: owners }) => optionLine(option, owners)),
  ];
  return `# fish completion for binfmt-keeper, printed by: binfmt-keeper completion fish

# Whether the command typed so far is one of these; options and their values do not count.
function __binfmt_keeper_at
    set -l command ''
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
        else if contains -- $word ${valued.join(' ')}
            set is_value 1
        else if contains -- (string trim -- "$command $word") ${names.map(quote).join(' ')}
            set command (string trim -- "$command $word")
        end
    end
    contains -- "$command" $argv
end

complete -c binfmt-keeper -f
${lines.join('\n')}
`;
}

function at(names: readonly string[]): string {
  return `complete -c binfmt-keeper -n ${quote(`__binfmt_keeper_at ${names.map(quote).join(' ')}`)}`;
}

function wordLines(group: string): string[] {
  return wordsAfter(group).map(([word, does]) => `${at([group])} -a ${word} -d ${quote(does)}`);
}

function argumentLine({ name, argument }: Command): string[] {
  if (argument?.values === 'files') return [`${at([name])} -F`];
  return argument === undefined || argument.values === 'command'
    ? []
    : [`${at([name])} -a ${quote(wordsFor(argument.values).join(' '))}`];
}

function optionLine(option: OptionLine, owners: readonly (Command | null)[]): string {
  const names = owners.flatMap((c) => (c === null ? ['', ...Object.keys(groups)] : [c.name]));
  const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`;
  return `${at(names)}${short} -l ${option.flag.slice(2)}${value(option)} -d ${quote(option.help)}`;
}

function value(option: OptionLine): string {
  if (option.placeholder === null) return '';
  if (option.takes === 'file') return ' -r -F';
  if (option.takes === 'directory') return ` -x -a '(__fish_complete_directories)'`;
  const words = wordsFor(option.values, option.takes);
  if (words.length === 0) return ' -x';
  const list = words.join(' ');
  return option.takes === 'platforms' ? ` -x -a '(__fish_append , ${list})'` : ` -x -a ${quote(list)}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, (c) => `\\${c}`)}'`;
}
