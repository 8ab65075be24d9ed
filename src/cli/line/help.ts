import { exitMeanings } from '../../core/exit-codes.ts';
import { usualCommand } from '../../core/text/typed.ts';
import type { View } from '../terminal/problem-text.ts';
import { plain, type Style } from '../terminal/style.ts';
import { wrap } from '../terminal/wrap.ts';
import { type Command, commands, dropIns, groups, signals } from './command-table.ts';
import { type OptionLine, optionsOf } from './option-list.ts';

/** Help for a command, a group of commands or, without words, for the program; no line is longer than `width`. */
export function helpOf(
  words: string,
  width = 80,
  style: Style = plain,
  typed: string = usualCommand,
): string {
  const command = commands.find((c) => c.name === words);
  const sections = command === undefined ? overview(words, width, typed) : manual(command, width, typed);
  return sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => [...(title === '' ? [] : [style.strong(`${title}:`)]), ...lines].join('\n'))
    .join('\n\n')
    .concat('\n');
}

/** The same as wide as the terminal, but not so wide that lines are hard to read. */
export function helpFor(words: string, { columns, style, here }: View): string {
  return helpOf(words, Math.min(columns ?? 80, 100), style, here?.command);
}

/** A command as it is typed, with what may follow. */
export function usageOf({ name, argument, options, takes }: Command, typed: string = usualCommand): string {
  const own = options.map((o) => ` [${o.flag}${o.placeholder === undefined ? '' : ` ${o.placeholder}`}]`);
  const rest =
    argument === undefined
      ? ''
      : argument.many
        ? ` [${argument.placeholder}...]`
        : ` ${argument.placeholder}`;
  return `${typed} ${name}${own.join('')}${takes === 'settings' ? ' [OPTION...]' : ''}${rest}`;
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

function manual(command: Command, width: number, typed: string): readonly Section[] {
  const options = optionsOf(command);
  const group = (name: OptionLine['group']): readonly (readonly [string, string])[] =>
    options.filter((o) => o.group === name).map((o) => [spellings(o), meaningOf(o)]);
  const { argument } = command;
  const lists = command.listsSettings === true;
  const elsewhere = `Every setting is an option as well, such as --platforms LIST: ${typed} run --help lists them.`;
  return [
    { title: 'Usage', lines: wrap(usageOf(command, typed), width, '  ', '      ') },
    { title: '', lines: command.text.flatMap((p, i) => [...(i > 0 ? [''] : []), ...wrap(p, width)]) },
    {
      title: 'Arguments',
      lines: argument === undefined ? [] : definitions([[argument.placeholder, argument.help]], width),
    },
    {
      title: 'Options',
      lines: [...definitions([...group('own'), ...group('general')], width)],
    },
    {
      title: 'Settings, which are also keys of the file and variables (binfmt-keeper.yaml(5))',
      lines: lists ? definitions(group('settings'), width) : [],
    },
    { title: '', lines: command.takes === 'settings' && !lists ? wrap(elsewhere, width) : [] },
    { title: 'Signals', lines: command.name === 'run' ? definitions(signals, width) : [] },
    { title: 'Examples', lines: examples(command.examples, width, typed) },
    { title: 'Exit status', lines: definitions(exits(command), width) },
  ];
}

function overview(group: string, width: number, typed: string): readonly Section[] {
  const below = commands.filter((c) => group === '' || c.name.startsWith(`${group} `));
  const title = groups[group] ?? 'keeps handlers of foreign executables alive and proves that they run';
  const name = group === '' ? typed : `${typed} ${group}`;
  const firsts = below
    .filter((c) => group !== '' || newcomers.includes(c.name))
    .flatMap((c) => c.examples.slice(0, 1));
  return [
    { title: 'Usage', lines: [`  ${name} COMMAND [OPTION...]`] },
    { title: '', lines: wrap(`${title.charAt(0).toUpperCase()}${title.slice(1)}.`, width) },
    {
      title: 'Commands',
      lines: definitions(
        below.map((c) => [c.name, c.summary]),
        width,
      ),
    },
    {
      title: 'Options',
      lines: [
        ...definitions(
          optionsOf(null)
            .filter((o) => group === '' || o.flag === '--help')
            .map((o) => [spellings(o), o.help]),
          width,
        ),
        ...wrap(`${name} COMMAND --help lists the options of a command`, width, '  '),
      ],
    },
    { title: 'Examples', lines: examples(firsts, width, typed) },
    ...(group === ''
      ? [
          {
            title: 'As tonistiigi/binfmt and multiarch/qemu-user-static',
            lines: examples(dropIns, width, typed),
          },
        ]
      : []),
    {
      title: 'Exit status',
      lines: wrap(
        Object.entries(exitMeanings)
          .map(([code, means]) => `${code} ${means}`)
          .join(', '),
        width,
        '  ',
      ),
    },
  ];
}

/** What 0 and 1 mean for a command; the others mean the same everywhere. */
export function exits(command: Command): readonly (readonly [code: string, means: string])[] {
  return Object.entries(exitMeanings).flatMap(([code, means]): [string, string][] => {
    if (code === '0') return [[code, command.well]];
    if (code === '1') return command.failed === undefined ? [] : [[code, command.failed]];
    return code === '2' || command.failed !== undefined ? [[code, means]] : [];
  });
}

/** `-o, --output FORMAT` */
function spellings({ short, flag, placeholder }: OptionLine): string {
  return `${short === null ? '' : `${short}, `}${flag}${placeholder === null ? '' : ` ${placeholder}`}`;
}

/** What an option does, the words it takes where its placeholder does not show them, and its default. */
function meaningOf({ help, values, placeholder, default: fallback, group }: OptionLine): string {
  const words = group === 'general' && values.length > 0 ? `: ${values.join(', ')}` : '';
  return `${help}${placeholder === null ? '' : words}${fallback === null ? '' : ` (default ${fallback})`}`;
}

/** What a newcomer tries first. */
const newcomers: readonly string[] = ['run', 'install', 'status'];

const column = 30;

/** Terms on the left, what they mean on the right; a long term gets a line of its own. */
function definitions(pairs: readonly (readonly [string, string])[], width: number): string[] {
  const longest = Math.max(0, ...pairs.map(([term]) => term.length));
  const left = Math.min(longest + 4, column);
  return pairs.flatMap(([term, means]) => {
    const lines = wrap(means, width, ' '.repeat(left));
    const [first = '', ...rest] = lines;
    if (term.length + 4 > left) return [`  ${term}`, ...lines];
    return [`  ${term.padEnd(left - 2)}${first.trimStart()}`, ...rest];
  });
}

function examples(pairs: readonly (readonly [string, string])[], width: number, typed: string): string[] {
  return pairs.flatMap(([line, does]) => [
    ...wrap(`${typed} ${line}`, width, '  ', '      '),
    ...wrap(does, width, '      '),
  ]);
}
