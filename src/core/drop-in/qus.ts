import { resolvePlatform } from '../platforms/platforms.ts';
import { listOfPlatforms } from '../platforms/spellings.ts';

/** What a command line of dbhi/qus asks for; `install` null: nothing is registered. */
export interface QusRequest {
  /** Items of a list as `--uninstall` has it. */
  readonly remove: readonly string[];
  readonly install: 'everything' | readonly string[] | null;
  readonly credentials: boolean;
  readonly persistent: boolean;
  readonly sources: string | null;
  readonly faults: readonly string[];
}

/**
 * Reads the spelling of dbhi/qus (register.sh): letters of its own, and behind `--` those of QEMU's script with two more, `-r`
 * to remove and `-t` to try, and the architectures. `-s` speaks of names of files in its image, which are found here anyway.
 */
export function readQus(argv: readonly string[]): QusRequest {
  const dashes = argv.indexOf('--');
  const own = readWords(dashes < 0 ? argv : argv.slice(0, dashes), ownLetters);
  const script = readWords(dashes < 0 ? [] : argv.slice(dashes + 1), scriptLetters);
  const faults = [...own.faults, ...script.faults];
  if (own.given.has('interactive'))
    faults.push('-i: a shell is had with --entrypoint sh of the container engine');
  if (own.stray.length > 0)
    faults.push(`${JSON.stringify(own.stray[0]?.slice(0, 60))}: architectures stand behind -- or -t`);
  const listing = own.given.has('list') && dashes < 0 && own.given.size === 1;
  if (listing)
    faults.push(
      '-l lists and then registers everything there: without arguments the list is printed here, --install all registers',
    );
  const names = [...script.stray, own.given.get('targets') ?? ''].flatMap(listOfPlatforms);
  const targets = names.filter((name) => !['all', 'auto'].includes(name));
  faults.push(...targets.flatMap(unknown));
  const nothing = own.given.has('exit') || script.given.has('reset') || script.given.has('test');
  return {
    remove:
      script.given.has('reset') && targets.length > 0
        ? targets
        : reset(own.given) || reset(script.given)
          ? ['qemu-*']
          : [],
    install: nothing ? null : targets.length === 0 ? 'everything' : targets,
    credentials: (script.given.get('credential') ?? 'no') !== 'no',
    persistent: (script.given.get('persistent') ?? 'no') !== 'no',
    sources: script.given.get('qemu-path') ?? null,
    faults,
  };
}

/** Whether a command line is in this spelling: it begins with one of its letters, or with `--`. */
export function isQus(argv: readonly string[]): boolean {
  const [first = ''] = argv;
  if (first === '--') return argv.length > 1;
  const name = nameOf(first, ownLetters);
  if (name === undefined || name === 'help') return false;
  if (argv.includes('--') || name === 'interactive') return true;
  // QEMU's script has some of these letters and words too, with other values, and no `--`.
  const after = (at: number): boolean => nameOf(argv[at] ?? '', ownLetters) === 'targets';
  return (
    (name !== 'reset' || first === '-r') &&
    argv.every((word, at) => nameOf(word, ownLetters) !== undefined || (at > 0 && after(at - 1)))
  );
}

type Letters = Readonly<
  Record<string, { readonly name: string; readonly takes: 'nothing' | 'value' | 'yes-no' }>
>;

const ownLetters: Letters = {
  h: { name: 'help', takes: 'nothing' },
  i: { name: 'interactive', takes: 'nothing' },
  l: { name: 'list', takes: 'nothing' },
  e: { name: 'exit', takes: 'nothing' },
  r: { name: 'reset', takes: 'nothing' },
  s: { name: 'static', takes: 'nothing' },
  t: { name: 'targets', takes: 'value' },
};

const scriptLetters: Letters = {
  r: { name: 'reset', takes: 'nothing' },
  clear: { name: 'reset', takes: 'nothing' },
  t: { name: 'test', takes: 'nothing' },
  p: { name: 'persistent', takes: 'yes-no' },
  c: { name: 'credential', takes: 'yes-no' },
  g: { name: 'preserve-argv0', takes: 'yes-no' },
  Q: { name: 'qemu-path', takes: 'value' },
  F: { name: 'qemu-suffix', takes: 'value' },
  suffix: { name: 'qemu-suffix', takes: 'value' },
  path: { name: 'qemu-path', takes: 'value' },
};

interface Words {
  readonly given: ReadonlyMap<string, string>;
  readonly stray: readonly string[];
  readonly faults: readonly string[];
}

function readWords(words: readonly string[], letters: Letters): Words {
  const given = new Map<string, string>();
  const stray: string[] = [];
  const faults: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      stray.push(word);
      continue;
    }
    const [bare = '', behind] = word.split(/=(.*)/s);
    const name = nameOf(bare, letters);
    const takes = Object.values(letters).find((l) => l.name === name)?.takes;
    const next = behind ?? words[at + 1];
    if (name === undefined) faults.push(`${JSON.stringify(word.slice(0, 100))} is not an option here`);
    else if (takes === 'nothing') given.set(name, 'yes');
    else if (takes === 'yes-no' && next !== 'yes' && next !== 'no') given.set(name, 'yes');
    else if (next === undefined || (behind === undefined && next.startsWith('-')))
      faults.push(`${word}: expected a value`);
    else {
      given.set(name, next);
      if (behind === undefined) at++;
    }
  }
  return { given, stray, faults };
}

function nameOf(word: string, letters: Letters): string | undefined {
  const bare = /^--?([^-].*)$/.exec(word)?.[1] ?? '';
  if (Object.hasOwn(letters, bare)) return letters[bare]?.name;
  return bare.length > 1 ? Object.values(letters).find((l) => l.name === bare)?.name : undefined;
}

function reset(given: ReadonlyMap<string, string>): boolean {
  return given.has('reset');
}

function unknown(name: string): readonly string[] {
  const found = resolvePlatform(name);
  if ('target' in found) return [];
  const hint = found.suggestion === undefined ? '' : `; did you mean ${found.suggestion}?`;
  return [`${found.problem}${hint}`];
}
