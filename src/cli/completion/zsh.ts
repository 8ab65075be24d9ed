import { type Command, commands, groups } from '../line/command-table.ts';
import { type OptionLine, optionsOf } from '../line/option-list.ts';
import { quoted, wordsAfter, wordsFor } from './words.ts';

/** Completion for zsh, as a file of $fpath or read with source. */
export function zshCompletion(): string {
  return `#compdef binfmt-keeper
# zsh completion for binfmt-keeper, printed by: binfmt-keeper completion zsh

_binfmt-keeper() {
  local context curcontext=$curcontext state state_descr line
  typeset -A opt_args
${indented(level('')).join('\n')}
}

if [ "$funcstack[1]" = _binfmt-keeper ]; then
  _binfmt-keeper "$@"
else
  compdef _binfmt-keeper binfmt-keeper
fi
`;
}

/** Chooses the next word of the command, then goes on with what belongs to it. */
function level(group: string): string[] {
  const words = wordsAfter(group);
  const described = words.map(([word, does]) => `${word}\\:${quoteIn(does)}`).join(' ');
  return [
    ...call('_arguments -C', [
      ...optionsOf(null).flatMap(specs),
      `'1:command:((${described}))'`,
      `'*:: :->rest'`,
    ]),
    '[[ $state == rest ]] || return',
    'case $line[1] in',
    ...words.flatMap(([word]) => [
      `  ${word})`,
      ...indented(indented([...rest(group === '' ? word : `${group} ${word}`), ';;'])),
    ]),
    'esac',
  ];
}

function rest(words: string): string[] {
  if (words in groups) return level(words);
  const command = commands.find((c) => c.name === words);
  if (command === undefined) return [];
  return call('_arguments', [...optionsOf(command).flatMap(specs), ...argumentSpec(command)]);
}

function call(command: string, args: readonly string[]): string[] {
  return [`${command} \\`, ...args.map((arg, i) => `  ${arg}${i < args.length - 1 ? ' \\' : ''}`)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function specs(option: OptionLine): string[] {
  const { short, flag, placeholder } = option;
  const text = `[${plain(option.help)}]${placeholder === null ? '' : `:${plain(placeholder)}:${action(option)}`}`;
  const equals = placeholder === null ? '' : '=';
  if (short === null) return [quoted(`${flag}${equals}${text}`)];
  const both = `'(${short} ${flag})'`;
  return [
    `${both}${quoted(`${short}${placeholder === null ? '' : '+'}${text}`)}`,
    `${both}${quoted(`${flag}${equals}${text}`)}`,
  ];
}

function action(option: OptionLine): string {
  if (option.takes === 'file') return '_files';
  if (option.takes === 'directory') return '_files -/';
  const words = wordsFor(option.values, option.takes);
  if (words.length === 0) return '';
  return option.takes === 'platforms' ? `_values -s , platform ${words.join(' ')}` : `(${words.join(' ')})`;
}

function argumentSpec({ argument }: Command): string[] {
  if (argument === undefined) return [];
  if (argument.values === 'command') return [quoted('*::command:_normal')];
  if (argument.values === 'files') return [quoted('*:file:_files')];
  const count = argument.many ? '*' : '1';
  return [quoted(`${count}:${argument.placeholder.toLowerCase()}:(${wordsFor(argument.values).join(' ')})`)];
}

/** Without what ends a part of a specification. */
function plain(text: string): string {
  return text.replace(/[[\]:\\]/g, (c) => `\\${c}`);
}

/** A description inside ((word\:description)), itself between single quotes. */
function quoteIn(text: string): string {
  return text.replace(/[\\ :()"'|&;<>$`*?[\]]/g, (c) => (c === "'" ? "\\'\\''" : `\\${c}`));
}
