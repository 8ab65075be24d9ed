import { type Command, commands, groups } from '../line/command-table.ts';
import { type OptionLine, optionsOf } from '../line/option-list.ts';
import { bashScript } from './bash-script.ts';
import { platformWords, quoted, sharedOptions, wordsAfter, wordsFor } from './words.ts';

/** Completion for bash ≥ 4, without the package bash-completion, which minimal images lack. */
export function bashCompletion(): string {
  const options = sharedOptions().map((s) => s.option);
  const valued = options.filter((o) => o.placeholder !== null);
  const names = (o: OptionLine): string[] => [...(o.short === null ? [] : [o.short]), o.flag];
  const chain = [...Object.keys(groups), ...commands.map((c) => c.name)];
  const filling: Readonly<Record<string, string>> = {
    platforms: quoted(platformWords.join(' ')),
    valued: valued.flatMap(names).join(' | '),
    commands: chain.map(quoted).join(' | '),
    'cases of options': valued.flatMap((o) => optionCase(o, names(o))).join('\n'),
    'cases of flags': [null, ...commands].map((c) => flagCase(c, names)).join('\n'),
    'cases of groups': ['', ...Object.keys(groups)].map(groupCase).join('\n'),
    'cases of arguments': commands.flatMap(argumentCase).join('\n'),
  };
  return bashScript.replaceAll(/@([a-z ]+)@/g, (_place, name: string) => filling[name] ?? '');
}

function optionCase(option: OptionLine, names: readonly string[]): string[] {
  const pattern = names.join(' | ');
  if (option.takes === 'file' || option.takes === 'directory') {
    const kind = option.takes === 'file' ? '-f' : '-d';
    return [
      `      ${pattern})`,
      '        compopt -o filenames 2>/dev/null',
      `        mapfile -t COMPREPLY < <(compgen ${kind} -- "$current")`,
      '        return',
      '        ;;',
    ];
  }
  if (option.takes === 'platforms') {
    const words = [...option.values, '$platforms'].join(' ');
    return [`      ${pattern}) words="${words}" list=1 ;;`];
  }
  return option.values.length === 0 ? [] : [`      ${pattern}) words=${quoted(option.values.join(' '))} ;;`];
}

function flagCase(command: Command | null, names: (option: OptionLine) => string[]): string {
  const words = optionsOf(command).flatMap(names).join(' ');
  return `      ${quoted(command?.name ?? '')}) words=${quoted(words)} ;;`;
}

function groupCase(group: string): string {
  const words = wordsAfter(group).map(([word]) => word);
  return `      ${quoted(group)}) words=${quoted(words.join(' '))} ;;`;
}

function argumentCase({ name, argument }: Command): string[] {
  if (argument === undefined || argument.values === 'command') return [];
  if (argument.values === 'files')
    return [`      ${quoted(name)}) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;`];
  if (argument.values === 'platforms') return [`      ${quoted(name)}) words="all $platforms" list=1 ;;`];
  return [`      ${quoted(name)}) words=${quoted(wordsFor(argument.values).join(' '))} ;;`];
}
