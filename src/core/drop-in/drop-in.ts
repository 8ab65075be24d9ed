import { architectureOf, catalogue } from '../platforms/catalogue.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { listOfPlatforms } from '../platforms/spellings.ts';
import { isQus, readQus } from './qus.ts';
import { type Removal, readRemovals } from './removal.ts';
import { isVersion, type OptionName, readWords } from './words.ts';

/** What a command line in the spelling of an older tool asks for. */
export type DropIn =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly faults: readonly string[] }
  | ({ readonly kind: 'act' } & DropInRequest);

/** What is to be removed, then to be registered; neither: how things stand is all that is asked. */
export interface DropInRequest {
  readonly remove: readonly Removal[];
  /** Everything of ours goes, of whatever name, with what was deployed and remembered. */
  readonly purge: boolean;
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
  if (isVersion(argv)) return { kind: 'version' };
  if (isQus(argv)) return parseQus(argv);
  const { given, notes, ...read } = readWords(argv);
  const faults = [...read.faults];
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
  const list = (name: 'install' | 'uninstall'): readonly string[] => {
    const items = listOfPlatforms(given.get(name) ?? '');
    if (given.has(name) && items.length === 0) faults.push(`--${name}: the list is empty; ${wanted[name]}`);
    return items;
  };
  const removals = readRemovals(list('uninstall'));
  const listed = readInstall(list('install'));
  faults.push(...removals.faults, ...listed.faults);
  if (given.has('purge') && given.has('install'))
    faults.push('--purge removes everything, so that --install beside it makes no sense; write two lines');
  if (faults.length > 0) return { kind: 'wrong', faults };
  const reset = given.has('reset');
  // The script's words without `--install` register everything, and its default is no credentials.
  const script = reset || persistent !== null || credential !== null || preserveArgv0 !== null;
  const all = script && listed.install === null && !given.has('uninstall') && !given.has('purge');
  return {
    kind: 'act',
    remove: [...(reset ? readRemovals(['qemu-*']).removals : []), ...removals.removals],
    purge: given.has('purge'),
    install: all ? 'everything' : listed.install,
    credentials: all ? (credential ?? false) : credential,
    preserveArgv0,
    sources: given.get('qemu-path') ?? null,
    mount: given.get('mount') ?? null,
    notes: [...notes, ...(all && persistent !== true ? [alwaysFixed] : [])],
  };
}

function parseQus(argv: readonly string[]): DropIn {
  const { remove, install, credentials, persistent, sources, faults } = readQus(argv);
  const removals = readRemovals(remove);
  const listed = readInstall(install === null || install === 'everything' ? [] : install);
  const wrong = [...new Set([...faults, ...removals.faults, ...listed.faults])];
  if (wrong.length > 0) return { kind: 'wrong', faults: wrong };
  return {
    kind: 'act',
    remove: removals.removals,
    install: install === 'everything' ? install : listed.install,
    ...{
      credentials: install === null ? null : credentials,
      preserveArgv0: null,
      sources,
      mount: null,
      purge: false,
    },
    notes: install !== null && !persistent ? [alwaysFixed] : [],
  };
}

const alwaysFixed =
  'registered with F (persistent) all the same: without it programs run only where the emulator lies in each container';

/** A variable of a pipeline that is not set asks for nothing, and must not look like success. */
const wanted = {
  install: 'write all, or names such as arm64,riscv64',
  uninstall: "write names such as arm64,riscv64, or a pattern such as 'qemu-*'",
} as const;

function readInstall(items: readonly string[]): {
  install: DropInRequest['install'];
  faults: readonly string[];
} {
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

/** The targets that `--install all` means: what can be named in an image's platform. */
export function platformTargets(): readonly string[] {
  return catalogue.filter((a) => a.platforms.length > 0 && a.usable).map((a) => a.target);
}
