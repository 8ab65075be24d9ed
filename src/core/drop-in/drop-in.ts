import { architectureOf, catalogue } from '../platforms/catalogue.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { nearest } from '../text/suggest.ts';
import { type Removal, readRemovals } from './removal.ts';

/** What a command line in the spelling of an older tool asks for. */
export type DropIn =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly faults: readonly string[] }
  | ({ readonly kind: 'act' } & DropInRequest);

/** What is to be removed, then to be registered; neither: how things stand is all that is asked. */
export interface DropInRequest {
  readonly remove: readonly Removal[];
  /** Catalogue targets; `everything` that has an emulator, or of that what has an OCI `platforms` name. */
  readonly install: 'everything' | 'platforms' | readonly string[] | null;
  /** `C` and `P`; null leaves them to the configuration. */
  readonly credentials: boolean | null;
  readonly preserveArgv0: boolean | null;
  /** Directory of the emulators, main mount; null leaves them to the configuration. */
  readonly sources: string | null;
  readonly mount: string | null;
  /** What was taken but cannot be had, in words for whoever asked. */
  readonly notes: readonly string[];
}

/**
 * Reads the spellings of tonistiigi/binfmt (Go's flags: one dash or two, a value behind `=` or in the next word) and
 * multiarch/qemu-user-static (`--reset` and the options of QEMU's script).
 */
export function parseDropIn(argv: readonly string[]): DropIn {
  const { given, faults } = readWords(argv);
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version') && faults.length === 0) return { kind: 'version' };
  const yesNo = (name: OptionName): boolean | null => {
    const value = given.get(name);
    if (value !== undefined && value !== 'yes' && value !== 'no')
      faults.push(`--${name}: expected yes or no, got ${JSON.stringify(value)}`);
    return value === undefined ? null : value === 'yes';
  };
  const persistent = yesNo('persistent');
  const credential = yesNo('credential');
  const preserveArgv0 = yesNo('preserve-argv0');
  const removals = readRemovals(splitList(given.get('uninstall') ?? ''));
  const listed = readInstall(given.get('install') ?? '');
  faults.push(...removals.faults, ...listed.faults);
  if (faults.length > 0) return { kind: 'wrong', faults };
  const reset = given.has('reset');
  // The script's words without `--install` register everything, and its default is no credentials.
  const script = reset || persistent !== null || credential !== null || preserveArgv0 !== null;
  const all = script && listed.install === null && !given.has('uninstall');
  return {
    kind: 'act',
    remove: [...(reset ? readRemovals(['qemu-*']).removals : []), ...removals.removals],
    install: all ? 'everything' : listed.install,
    credentials: all ? (credential ?? false) : credential,
    preserveArgv0,
    sources: given.get('qemu-path') ?? null,
    mount: given.get('mount') ?? null,
    notes: all && persistent !== true ? [alwaysFixed] : [],
  };
}

/** Whether a command line is in one of these spellings; their short options only with a value of theirs. */
export function isDropIn(argv: readonly string[]): boolean {
  const [first = '', second] = argv;
  const [, dashes = '', word = ''] = /^(--?)([^=]+)/.exec(first) ?? [];
  const name = nameOf(word);
  if (dashes === '' || name === null || !leading.has(name)) return false;
  return word.length > 1 || second === 'yes' || second === 'no';
}

const alwaysFixed =
  'registered with F (persistent) all the same: without it programs run only where the emulator lies in each container';

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
  version: false,
  help: false,
} as const;

type OptionName = keyof typeof options;

const shorts: Readonly<Record<string, OptionName>> = {
  p: 'persistent',
  c: 'credential',
  g: 'preserve-argv0',
  Q: 'qemu-path',
  h: 'help',
};

/** Options that make a command line one of ours to read when they come first; `--help` is everybody's. */
const leading: ReadonlySet<string> = new Set(Object.keys(options).filter((name) => name !== 'help'));

function nameOf(word: string): OptionName | null {
  if (isOption(word)) return word;
  return Object.hasOwn(shorts, word) ? (shorts[word] ?? null) : null;
}

function isOption(word: string): word is OptionName {
  return Object.hasOwn(options, word);
}

function readWords(argv: readonly string[]): { given: Map<OptionName, string>; faults: string[] } {
  const given = new Map<OptionName, string>();
  const faults: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [, bare = '', behind] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const name = nameOf(bare);
    if (name === null) {
      faults.push(unknown(word));
      continue;
    }
    const next = argv[at + 1];
    if (given.has(name)) faults.push(`--${name}: given more than once; write one list`);
    if (!options[name]) given.set(name, '');
    else if (behind !== undefined) given.set(name, behind);
    else if (next === undefined || next.startsWith('-')) faults.push(`--${name}: ${expected[name]}`);
    else {
      given.set(name, next);
      at++;
    }
  }
  return { given, faults };
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

function unknown(word: string): string {
  const shown = JSON.stringify(word.slice(0, 100));
  if (!word.startsWith('-')) return `${shown} is too much; lists are written with commas: arm64,riscv64`;
  const meant = nearest(word.replace(/^-+/, ''), Object.keys(options));
  return `${shown} is not an option here${meant === undefined ? '' : `; did you mean --${meant}?`}`;
}

function readInstall(list: string): { install: DropInRequest['install']; faults: readonly string[] } {
  const items = splitList(list);
  if (items.length === 0) return { install: null, faults: [] };
  if (items.length === 1 && items[0] === 'all') return { install: 'platforms', faults: [] };
  const targets = new Set<string>();
  const faults: string[] = [];
  for (const item of items) {
    const found = resolvePlatform(item);
    if ('target' in found) {
      const why = architectureOf(found.target)?.unusableWhy;
      if (why === undefined) targets.add(found.target);
      else faults.push(`--install: ${item}: ${why}`);
    } else if (item === 'all') faults.push('--install: the word all stands alone, not in a list');
    else {
      const hint = found.suggestion === undefined ? '' : `; did you mean ${found.suggestion}?`;
      faults.push(`--install: ${found.problem}${hint}`);
    }
  }
  return { install: [...targets], faults };
}

/** Items of a list as people write it: spaces around commas, a comma at the end. */
function splitList(list: string): readonly string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The targets that `--install all` means: what can be named in an image's platform. */
export function platformTargets(): readonly string[] {
  return catalogue.filter((a) => a.platforms.length > 0 && a.usable).map((a) => a.target);
}
