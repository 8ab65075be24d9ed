import { type Command, commands, groups } from '../line/command-table.ts';
import { type OptionLine, optionsOf } from '../line/option-list.ts';
import { platformWords, quoted, sharedOptions, wordsAfter, wordsFor } from './words.ts';

/** Completion for bash ≥ 4, without the package bash-completion, which minimal images lack. */
export function bashCompletion(): string {
  const options = sharedOptions().map((s) => s.option);
  const valued = options.filter((o) => o.placeholder !== null);
  const names = (o: OptionLine): string[] => [...(o.short === null ? [] : [o.short]), o.flag];
  const chain = [...Object.keys(groups), ...commands.map((c) => c.name)];
  return `# bash completion for binfmt-keeper, printed by: binfmt-keeper completion bash

_binfmt_keeper() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' option='' words='' list='' start='' word i
  local platforms=${quoted(platformWords.join(' '))}
  COMPREPLY=()
  # bash takes --option=value apart at the equals sign
  if [[ $current == '=' ]]; then
    option=$previous current=''
  elif [[ $previous == '=' ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  else
    option=$previous
  fi
  case $option in
    ${valued.flatMap(names).join(' | ')}) ;;
    *) option='' ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${valued.flatMap(names).join(' | ')})
        [[ \${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
        ((i++))
        ;;
      -*) ;;
      *)
        case \${command:+$command }$word in
          ${chain.map(quoted).join(' | ')}) command=\${command:+$command }$word ;;
        esac
        ;;
    esac
  done
  if [[ $option ]]; then
    case $option in
${valued.flatMap((o) => optionCase(o, names(o))).join('\n')}
      *) return ;;
    esac
  elif [[ $current == -* ]]; then
    case $command in
${[null, ...commands].map((c) => flagCase(c, names)).join('\n')}
    esac
  else
    case $command in
${['', ...Object.keys(groups)]
  .map(
    (g) =>
      `      ${quoted(g)}) words=${quoted(
        wordsAfter(g)
          .map(([w]) => w)
          .join(' '),
      )} ;;`,
  )
  .join('\n')}
${commands.flatMap(argumentCase).join('\n')}
    esac
  fi
  # of a list, its last item is completed
  [[ $list ]] && start=\${current%"\${current##*,}"}
  mapfile -t COMPREPLY < <(compgen -P "$start" -W "$words" -- "\${current#"$start"}")
}

complete -F _binfmt_keeper binfmt-keeper
`;
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

function argumentCase({ name, argument }: Command): string[] {
  if (argument === undefined || argument.values === 'command') return [];
  if (argument.values === 'platforms') return [`      ${quoted(name)}) words="all $platforms" list=1 ;;`];
  return [`      ${quoted(name)}) words=${quoted(wordsFor(argument.values).join(' '))} ;;`];
}
