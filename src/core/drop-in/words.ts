import { isMeantToLead, unknownOption } from './other-words.ts';
import { answerOthers, type OtherName, others } from './others.ts';
import { isQus } from './qus.ts';

/** What a line gives, and what is wrong with it: by the options of both tools, and those that only theirs have. */
export interface Words {
  readonly given: ReadonlyMap<OptionName, string>;
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** Reads the words of a line: one dash or two, a value behind `=` or in the next word. */
export function readWords(argv: readonly string[]): Words {
  const given = new Map<OptionName, string>();
  const theirs = new Map<OtherName, string>();
  const faults: string[] = [];
  const kept: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, bare = '', behind] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const name = nameOf(bare);
    if (name === null) {
      faults.push(unknownOption(word, Object.keys(options)));
      // What follows it was meant as its value: one mistake, one fault.
      if (word.startsWith('-') && behind === undefined && argv[at + 1]?.startsWith('-') === false) at++;
      continue;
    }
    if (isOther(name) ? theirs.has(name) : given.has(name))
      faults.push(`--${name}: given more than once; write one list`);
    const next = takesValue(name) && behind === undefined ? argv[at + 1] : undefined;
    const value = takesValue(name) ? (behind ?? next) : '';
    // Their suffix begins with a dash.
    if (isOther(name)) theirs.set(name, value ?? '');
    else if (value === undefined || next?.startsWith('-')) {
      faults.push(`--${name}: ${expected[name]}`);
      continue;
    } else {
      given.set(name, value);
      kept.push(word, ...(next === undefined ? [] : [next]));
    }
    if (next !== undefined) at++;
  }
  const { notes, faults: more } = answerOthers(theirs, kept);
  return { given, notes, faults: [...faults, ...more] };
}

/** Whether a command line is in one of these spellings; their short options only with a value of theirs. */
export function isDropIn(argv: readonly string[]): boolean {
  const [first = '', second] = argv;
  const [, dashes = '', word = ''] = /^(--?)([^=]+)/.exec(first) ?? [];
  const name = nameOf(word);
  if (isVersion(argv) || isQus(argv)) return true;
  if (dashes !== '' && name === null) return isMeantToLead(word, Object.keys(options));
  // `--help` is everybody's.
  if (dashes === '' || name === null || name === 'help') return false;
  return word.length > 1 || (!isOther(name) && (second === 'yes' || second === 'no'));
}

/** The word and the letters that other programs have for `--version`. */
export function isVersion([word = '', ...rest]: readonly string[]): boolean {
  return rest.length === 0 && /^(version|-v)$/i.test(word);
}

/** Whether an option takes a value. */
const options = {
  install: true,
  uninstall: true,
  mount: true,
  persistent: true,
  credential: true,
  'preserve-argv0': true,
  'qemu-path': true,
  reset: false,
  purge: false,
  version: false,
  help: false,
} as const;

/** An option that is served here. */
export type OptionName = keyof typeof options;

const shorts: Readonly<Record<string, OptionName | OtherName>> = {
  p: 'persistent',
  c: 'credential',
  g: 'preserve-argv0',
  Q: 'qemu-path',
  h: 'help',
  F: 'qemu-suffix',
  s: 'systemd',
  d: 'debian',
  e: 'exportdir',
};

function nameOf(word: string): OptionName | OtherName | null {
  if (isOption(word) || isOther(word)) return word;
  return Object.hasOwn(shorts, word) ? (shorts[word] ?? null) : null;
}

function isOption(word: string): word is OptionName {
  return Object.hasOwn(options, word);
}

function isOther(word: string): word is OtherName {
  return Object.hasOwn(others, word);
}

function takesValue(name: OptionName | OtherName): boolean {
  return isOther(name) ? others[name].takesValue : options[name];
}

const expected: Readonly<Partial<Record<OptionName, string>>> = {
  install: 'expected all, or a list such as arm64,riscv64',
  uninstall: "expected a list such as arm64,riscv64, or a pattern such as 'qemu-*'",
  mount: 'expected a directory',
  'qemu-path': 'expected a directory',
  persistent: 'expected yes or no',
  credential: 'expected yes or no',
  'preserve-argv0': 'expected yes or no',
};
