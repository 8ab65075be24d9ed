/**
 * Writes man/ from the tables of commands, options and settings, so that no manual says what the program does not do.
 * `--check` writes nothing and fails where a page is not what the tables give.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Command, commands, dropIns, signals } from '../../src/cli/line/command-table.ts';
import { exits, usageOf } from '../../src/cli/line/help.ts';
import { type OptionLine, optionsOf } from '../../src/cli/line/option-list.ts';
import { globalOptions, type Setting, settings } from '../../src/core/config/options.ts';
import { ownHandlerSchema } from '../../src/core/config/own-handler.ts';
import { exitMeanings } from '../../src/core/exit-codes.ts';
import { version } from '../../src/core/version.ts';
import { builtIn, environment, files, values } from './man-facts.ts';
import { type Block, bold, italic, page, troff } from './roff.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = `binfmt-keeper ${version}`;

/** The pages by their path from the project's directory. */
export function manualPages(): ReadonlyMap<string, string> {
  return new Map([
    ['man/binfmt-keeper.8', page('binfmt-keeper', 8, source, program())],
    ['man/binfmt-keeper.yaml.5', page('binfmt-keeper.yaml', 5, source, file())],
  ]);
}

function program(): Block[] {
  const list: readonly Command[] = commands;
  return [
    section('NAME'),
    paragraph(troff('binfmt-keeper - keeps handlers of foreign executables alive and proves that they run')),
    section('SYNOPSIS'),
    ...list.map((c): Block => ({ kind: 'paragraph', text: synopsis(c) })),
    section('DESCRIPTION'),
    text(
      'Executables of other architectures run because interpreters such as QEMU are registered in binfmt_misc. Such registrations get lost: with the last mount of that file system, by a restart of systemd-binfmt, by a package upgrade, by other tools. binfmt-keeper registers them, watches them, restores them within a millisecond, and proves that they work by running a program of each architecture.',
    ),
    text('Data goes to standard output, everything else to standard error.'),
    section('COMMANDS'),
    ...list.flatMap(commandBlocks),
    section('OPTIONS'),
    text('Every command but completion takes these:'),
    ...generalOptions().map(optionBlock),
    text(
      'Each setting of the configuration is an option as well, named after its key: probe.interval is --probe-interval. binfmt-keeper.yaml(5) describes them.',
    ),
    section('OLDER SPELLINGS'),
    text(
      'The command lines of tonistiigi/binfmt and multiarch/qemu-user-static are understood too, so that a pipeline needs only another image name:',
    ),
    ...dropIns.map(
      ([line, does]): Block => ({ kind: 'term', term: bold(`binfmt-keeper ${line}`), text: [troff(does)] }),
    ),
    section('SIGNALS'),
    ...signals.map(([names, does]): Block => ({ kind: 'term', term: bold(names), text: [troff(does)] })),
    section('EXIT STATUS'),
    ...Object.entries(exitMeanings).map(
      ([code, means]): Block => ({ kind: 'term', term: bold(code), text: [troff(means)] }),
    ),
    section('ENVIRONMENT'),
    ...environment.map(([name, does]): Block => ({ kind: 'term', term: bold(name), text: [troff(does)] })),
    section('FILES'),
    ...files().map(([path, does]): Block => ({ kind: 'term', term: bold(path), text: [troff(does)] })),
    section('SEE ALSO'),
    paragraph(
      `${bold('binfmt-keeper.yaml')}(5), ${bold('binfmt.d')}(5), ${bold('systemd-binfmt.service')}(8)`,
    ),
  ];
}

function file(): Block[] {
  return [
    section('NAME'),
    paragraph(troff('binfmt-keeper.yaml - configuration of binfmt-keeper')),
    section('SYNOPSIS'),
    paragraph(bold(globalOptions.find((o) => o.flag === '--config')?.default ?? '')),
    section('DESCRIPTION'),
    text(
      'The keeper runs without any configuration. What is set comes from three places, and the first that names a setting wins: options of the command line, variables of the environment, this file. Every source is checked whole; an unknown key is an error.',
    ),
    text(
      'The file is plain YAML 1.2 in UTF-8, at most 256 KiB, without anchors, aliases, tags, directives and a second document. A running daemon reads it again when it changes or on SIGHUP; an invalid one is refused and the old one stays in force.',
    ),
    section('SETTINGS'),
    ...settings.map(settingBlock),
    section('OWN HANDLERS'),
    text(
      'handlers is a list, in the file only; the earlier stands in front where two overlap equally. Each has these keys:',
    ),
    ...ownHandlerKeys().map(([key, does]): Block => ({ kind: 'term', term: bold(key), text: [troff(does)] })),
    section('VALUES'),
    ...values.map(([kind, does]): Block => ({ kind: 'term', term: bold(kind), text: [troff(does)] })),
    section('ENVIRONMENT'),
    text(
      'Each setting has a variable, given with it above. An empty one counts as unset. Variables that Kubernetes makes for a Service named binfmt-keeper are passed over.',
    ),
    section('EXAMPLES'),
    text('Every key with its built-in value:'),
    { kind: 'literal', text: readFileSync(join(root, 'docs/config.sample.yaml'), 'utf8').trimEnd() },
    section('SEE ALSO'),
    paragraph(`${bold('binfmt-keeper')}(8)`),
  ];
}

function commandBlocks(command: Command): Block[] {
  const { argument } = command;
  const own = optionsOf(command).filter((o) => o.group === 'own');
  return [
    { kind: 'subsection', text: synopsis(command) },
    text(sentence(command.summary)),
    ...command.text.map(text),
    ...(argument === undefined
      ? []
      : [{ kind: 'term', term: italic(argument.placeholder), text: [troff(argument.help)] } as const]),
    ...own.map(optionBlock),
    text(
      exits(command)
        .map(([code, means]) => `${code}: ${means}`)
        .join('; ')
        .replace(/^/, 'Exit status ')
        .concat('.'),
    ),
    {
      kind: 'literal',
      text: command.examples.map(([line, does]) => `# ${does}\nbinfmt-keeper ${line}`).join('\n'),
    },
  ];
}

/** The usage with what is typed in bold and what stands for something else in italics. */
function synopsis(command: Command): string {
  return usageOf(command)
    .split(' ')
    .map((word) => (/[A-Z]{2}/.test(word) ? italic(word) : word.startsWith('[') ? troff(word) : bold(word)))
    .join(' ');
}

function generalOptions(): readonly OptionLine[] {
  const command = commands.find((c) => c.name === 'run');
  return optionsOf(command ?? null).filter((o) => o.group === 'general');
}

function optionBlock(option: OptionLine): Block {
  const { short, flag, placeholder, values: words, env, help } = option;
  const value = placeholder === null ? '' : ` ${italic(placeholder)}`;
  const spelled = [...(short === null ? [] : [`${bold(short)}${value}`]), `${bold(flag)}${value}`];
  const facts = [
    ...(words.length > 0 ? [`One of ${words.join(', ')}.`] : []),
    ...(option.default === null ? [] : [`Default: ${option.default}.`]),
    ...(env === null ? [] : [`Variable: ${env}.`]),
  ];
  return {
    kind: 'term',
    term: spelled.join(', '),
    text: [troff(sentence(help)), ...(facts.length > 0 ? [troff(facts.join(' '))] : [])],
  };
}

function settingBlock(setting: Setting): Block {
  const fallback = JSON.stringify(builtIn(setting.config.split('.'))).replaceAll('","', '", "');
  const facts = `${bold(setting.flag)} ${italic(setting.placeholder)}, ${bold(setting.env)}`;
  return {
    kind: 'term',
    term: bold(setting.config),
    text: [troff(sentence(setting.help)), troff(`Takes ${allowed(setting)}. Built in: ${fallback}`), facts],
  };
}

function allowed({ type, values: words }: Setting): string {
  const kinds: Readonly<Record<Setting['type'], string>> = {
    text: 'text',
    choice: `one of ${words.join(', ')}`,
    boolean: 'true or false',
    duration: 'a duration',
    list: 'a list',
    'word-or-list': `${words.join(', ')} or a list`,
    'boolean-or-list': 'true, false or a list',
  };
  return kinds[type];
}

function ownHandlerKeys(): readonly (readonly [string, string])[] {
  const { properties = {}, required = [] } = z.toJSONSchema(ownHandlerSchema, { io: 'input' });
  return Object.entries(properties).map(([key, schema]) => {
    const does = typeof schema === 'object' ? (schema.description ?? '') : '';
    return [key, `${sentence(does)}${required.includes(key) ? ' Required.' : ''}`];
  });
}

function section(title: string): Block {
  return { kind: 'section', text: title };
}

function paragraph(set: string): Block {
  return { kind: 'paragraph', text: set };
}

function text(given: string): Block {
  return paragraph(troff(given));
}

function sentence(words: string): string {
  const capital = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  mkdirSync(join(root, 'man'), { recursive: true });
  for (const [path, content] of manualPages()) {
    if (!check) writeFileSync(join(root, path), content);
    else if (readFileSync(join(root, path), 'utf8') !== content) {
      console.error(`${path} is not what its sources say: node scripts/generate/man.ts`);
      process.exitCode = 1;
    }
  }
}
