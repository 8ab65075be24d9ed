import { isGlob } from '../../core/text/glob.ts';
import type { Command } from './command-table.ts';

/** The line that asks for the same as `help` and `help status`, words that most programs have; null where it is none. */
export function plainWordLine(argv: readonly string[]): readonly string[] | null {
  const [first = '', ...rest] = argv;
  const word = first.toLowerCase();
  if (word === 'help' || word === '-?') return [...rest.filter((one) => !one.startsWith('-')), '--help'];
  return null;
}

/** What other tools, and habits, call our commands. */
export const otherCommands: ReadonlyMap<string, string> = new Map([
  ...named('install', 'add register enable setup load reset up'),
  ...named('uninstall', 'remove rm delete del unregister disable unload purge clear down'),
  ...named('status', 'list ls ps show info display find state stat report'),
  ...named('probe', 'test verify prove try'),
  ...named('health', 'healthcheck ping ready readyz'),
  ...named('run', 'start daemon serve keep up watch'),
  ...named('enter', 'shell exec'),
  ...named('config check', 'check validate lint doctor'),
  ...named('config schema', 'schema'),
  ...named('emit', 'generate export'),
  ...named('pause', 'stop suspend'),
  ...named('resume', 'continue unpause'),
]);

/** What is said of an option that no command has, where another tool has it, or habit. */
export function otherOption(name: string, command: Command | null): string | null {
  const at = command?.name ?? '';
  const said = Object.hasOwn(others, name) ? others[name] : undefined;
  if (said !== undefined) return said;
  if ((name === 'all' || name === 'a') && command?.argument?.values === 'platforms')
    return `write: ${at} all`;
  return null;
}

/** Refuses a pattern where platforms are named: `uninstall 'qemu-*'` is the spelling of another tool. */
export function patternFault({ name }: Command, word: string): string | null {
  if (!isGlob(word)) return null;
  const shown = JSON.stringify(word.slice(0, 60));
  if (name === 'uninstall')
    return `${shown} is a pattern; entries of anybody are removed with: binfmt-keeper --uninstall ${quoted(word)}; those of the keeper, all of them, with: binfmt-keeper uninstall`;
  return `${shown} is a pattern; platforms are named, such as linux/arm64, or: ${name} all`;
}

const others: Readonly<Record<string, string>> = {
  reset: 'write: binfmt-keeper --reset -p yes, which removes every qemu-* entry and registers anew',
  persistent: 'not needed: entries are always registered with the flag F',
  p: 'not needed: entries are always registered with the flag F',
  credential: 'write: --credentials true',
  c: 'write: --credentials true, or --config FILE',
  g: 'write: --preserve-argv0 true',
  'qemu-path': 'write: --interpreters-sources DIRECTORY',
  Q: 'write: --interpreters-sources DIRECTORY',
  'qemu-suffix': 'not needed: emulators are found with and without -static',
  systemd: 'files for systemd-binfmt are published with: --publish-binfmt-d true',
  debian: 'files for update-binfmts are not written',
  exportdir: 'files for other tools are not written',
  mount: 'write: --mounts-main DIRECTORY',
  static: 'not needed: emulators are found with and without -static',
  install: 'write: binfmt-keeper install PLATFORM, or: binfmt-keeper --install PLATFORM, without a command',
  uninstall:
    'write: binfmt-keeper uninstall PLATFORM, or: binfmt-keeper --uninstall PLATFORM, without a command',
  version: 'write: binfmt-keeper --version',
  V: 'write: binfmt-keeper --version',
  json: 'write: -o json',
  yaml: 'write: -o yaml',
  verbose: 'write: --log-level debug',
  v: 'write: --log-level debug',
  debug: 'write: --log-level debug',
  quiet: 'write: --log-level error',
  q: 'write: --log-level error',
};

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function named(command: string, words: string): readonly (readonly [string, string])[] {
  return words.split(' ').map((word) => [word, command]);
}
