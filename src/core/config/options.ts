import { listOfPlatforms } from '../platforms/spellings.ts';
import { inheritedVariable, outsideCommandVariable } from './sandbox.ts';

/**
 * How a setting is written on a command line or in the environment, where everything is text. `word-or-list` is one
 * of `values` or a list; a list is comma separated.
 */
type SettingType = 'text' | 'choice' | 'boolean' | 'duration' | 'list' | 'word-or-list' | 'boolean-or-list';

/** What a value names, so that a shell can complete it. */
type Takes = 'platforms' | 'file' | 'directory' | 'text';

/** One leaf of the configuration and its three other spellings: there is no second place that names them. */
export interface Setting {
  /** `--probe-interval`; takes a value, also where the type is boolean. */
  readonly flag: `--${string}`;
  /** `probe.interval` */
  readonly config: SettingPath;
  /** `BINFMT_KEEPER_PROBE_INTERVAL` */
  readonly env: string;
  readonly type: SettingType;
  /** The words allowed where the type has such. */
  readonly values: readonly string[];
  /** What stands for the value where the flag is described: `TIME`, `keep|remove`. */
  readonly placeholder: string;
  readonly takes: Takes;
  readonly help: string;
}

/** An option with a value that every command takes; not part of the configuration. */
export interface GlobalOption {
  readonly flag: `--${string}`;
  readonly short: string | null;
  readonly env: string | null;
  readonly values: readonly string[];
  readonly placeholder: string;
  readonly takes: Takes;
  readonly default: string;
  readonly help: string;
}

/** An option without a value. */
export interface Switch {
  readonly flag: `--${string}`;
  readonly short: string | null;
  readonly help: string;
}

interface Row {
  readonly type: SettingType;
  readonly values?: readonly string[];
  readonly takes?: Takes;
  readonly placeholder?: string;
  /** A right value, or one item of a list, as the file would have it, where the words do not say it. */
  readonly example?: string;
  readonly help: string;
}

const rows = {
  platforms: {
    example: 'linux/arm64',
    type: 'word-or-list',
    values: ['auto', 'all'],
    takes: 'platforms',
    help: 'platforms to keep: auto (all that have an OCI name), all (every architecture), or a list such as linux/arm64, riscv64',
  },
  credentials: {
    example: 'linux/arm64',
    type: 'boolean-or-list',
    takes: 'platforms',
    help: 'C flag, so that sudo and other setuid programs work under emulation: true, false, or a list of platforms',
  },
  preserveArgv0: { type: 'boolean', help: 'P flag: emulated programs see the argv[0] they were called with' },
  precedence: {
    type: 'choice',
    values: ['ours', 'last', 'theirs'],
    help: 'who serves when somebody else registers a platform of ours too',
  },
  names: {
    example: 'keeper-',
    type: 'text',
    placeholder: 'PREFIX',
    help: 'prefix of the names of our entries, with its end: - or _ or .',
  },
  aliases: {
    type: 'choice',
    values: ['auto', 'off', 'always'],
    help: 'beside each entry of ours a second one called qemu-ARCH, which other tools look for: where nobody else declares that name, never, or wherever nobody has it',
  },
  onStatusZero: {
    type: 'choice',
    values: ['heal', 'respect'],
    help: 'what to do when somebody wrote 0 to the status file, which switches all entries off',
  },
  onDanger: {
    type: 'choice',
    values: ['tell', 'remove'],
    help: 'what to do when somebody else registers an entry beside which programs of this host do not start any more: tell how to remove it, or remove it',
  },
  lastResort: {
    type: 'choice',
    values: ['off', 'explain', 'wait'],
    help: 'what becomes of programs that nobody serves: the bare error of the kernel, a sentence that says what the file is and what to do, or that and a moment of patience (0.2 s) where a handler of ours is about to come back',
  },
  adopt: {
    example: 'rosetta',
    type: 'list',
    placeholder: 'NAME,...',
    help: 'names of foreign entries to keep alive as they are',
  },
  binfmtD: {
    type: 'boolean',
    help: 'also keep alive what the binfmt.d directories declare, and binfmt-support where it is installed',
  },
  'interpreters.sources': {
    example: '/usr/bin',
    type: 'list',
    takes: 'directory',
    placeholder: 'DIRECTORY,...',
    help: 'directories searched for static QEMU emulators, in this order',
  },
  'interpreters.store': {
    example: '/var/lib/binfmt-keeper/store',
    type: 'text',
    takes: 'directory',
    help: 'directory into which interpreters are deployed',
  },
  'interpreters.deploy': {
    type: 'choice',
    values: ['copy', 'in-place'],
    help: 'copy interpreters into the store, or use them where they are',
  },
  'interpreters.label': {
    example: 'auto',
    type: 'text',
    placeholder: 'LABEL',
    help: 'SELinux label of deployed interpreters',
  },
  'interpreters.bundleKey': {
    example: 'RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3',
    type: 'text',
    placeholder: 'KEY',
    help: 'public key of minisign: only bundles whose list of checksums it signed are imported; empty for any',
  },
  'mounts.main': {
    example: '/proc/sys/fs/binfmt_misc',
    type: 'text',
    takes: 'directory',
    help: 'where binfmt_misc is mounted for everybody to see',
  },
  'mounts.anchor': {
    example: '/run/binfmt-keeper/binfmt_misc',
    type: 'text',
    takes: 'directory',
    help: 'our second mount, which keeps the entries alive; its parent is the run directory',
  },
  resync: { type: 'duration', help: 'how often everything is compared although no event came' },
  'readiness.required': {
    example: 'linux/arm64',
    type: 'word-or-list',
    values: ['auto'],
    takes: 'platforms',
    help: 'what must be verified to be ready: auto (all kept platforms that have a probe), or a list of platforms and of names in handlers: and adopt:',
  },
  'readiness.containers': {
    type: 'choice',
    values: ['required', 'ignore'],
    help: 'whether a handler that ordinary containers may not run, or perhaps not, keeps the keeper from being ready',
  },
  'readiness.witness': {
    type: 'choice',
    values: ['required', 'if-present'],
    help: 'whether a witness, an ordinary container that runs the probes, must have seen each required platform run, or only counts where there is one',
  },
  'readiness.witnessAge': { type: 'duration', help: 'how long what a witness said counts' },
  'readiness.witnessOwner': {
    example: 'root:adm',
    type: 'text',
    placeholder: 'USER:GROUP',
    help: 'who may report to the socket of witnesses beside us, by name or number; with a group that group too; empty for nobody else',
  },
  'probe.enabled': {
    type: 'boolean',
    help: 'prove each handler by running a tiny program of its architecture',
  },
  'probe.interval': { type: 'duration', help: 'how often each handler is proved again' },
  'probe.timeout': { type: 'duration', help: 'when a probe counts as hung and is killed' },
  onStop: {
    type: 'choice',
    values: ['keep', 'remove'],
    help: 'what happens to our entries when the daemon is stopped',
  },
  'http.listen': {
    example: '127.0.0.1:8676',
    type: 'text',
    placeholder: 'ADDRESS',
    help: 'address of health, metrics, status and page: ADDRESS:PORT, unix:PATH, or off',
  },
  'http.ui': {
    type: 'choice',
    values: ['auto', 'always', 'never'],
    help: 'whether page and status are served: auto only on loopback and on a unix socket',
  },
  'http.mode': {
    example: '"0660"',
    type: 'text',
    placeholder: 'MODE',
    help: 'file mode of the unix socket, such as 0660',
  },
  'http.owner': {
    example: 'root:adm',
    type: 'text',
    placeholder: 'USER:GROUP',
    help: 'owner of the unix socket, by name or number; empty for our own',
  },
  'publish.binfmtD': { type: 'boolean', help: "publish our handlers to systemd's binfmt.d" },
  'publish.nfd': {
    type: 'boolean',
    help: 'publish platforms as features to node-feature-discovery (a later version: only false yet)',
  },
  'publish.textfile': {
    example: '/var/lib/node_exporter/binfmt_keeper.prom',
    type: 'text',
    takes: 'file',
    help: 'file for the textfile collector of node_exporter',
  },
  'publish.startupTaint': {
    example: '""',
    type: 'text',
    placeholder: 'TAINT',
    help: 'Kubernetes taint removed from the node once ready (a later version: only empty yet)',
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The path of a leaf in the configuration file, dots between the keys. */
export type SettingPath = keyof typeof rows;

/** The one table from which the flags, the environment names, the schema's descriptions and the help derive. */
export const settings: readonly Setting[] = (Object.keys(rows) as SettingPath[]).map((config) => {
  const row: Row = rows[config];
  return {
    flag: `--${snake(config, '-').toLowerCase()}`,
    config,
    env: `BINFMT_KEEPER_${snake(config, '_').toUpperCase()}`,
    type: row.type,
    values: row.values ?? [],
    placeholder: row.placeholder ?? placeholderOf(row),
    takes: row.takes ?? 'text',
    help: row.help,
  };
});

/** Options of every command. */
export const globalOptions: readonly GlobalOption[] = [
  {
    flag: '--config',
    short: null,
    env: 'BINFMT_KEEPER_CONFIG',
    values: [],
    placeholder: 'FILE',
    takes: 'file',
    default: '/etc/binfmt-keeper/config.yaml',
    help: 'configuration file',
  },
  {
    flag: '--log-level',
    short: null,
    env: 'BINFMT_KEEPER_LOG_LEVEL',
    values: ['error', 'warn', 'info', 'debug', 'trace'],
    placeholder: 'LEVEL',
    takes: 'text',
    default: 'info',
    help: 'least severity that is logged',
  },
  {
    flag: '--log-format',
    short: null,
    env: 'BINFMT_KEEPER_LOG_FORMAT',
    values: ['auto', 'text', 'json'],
    placeholder: 'FORMAT',
    takes: 'text',
    default: 'auto',
    help: 'how it is logged; auto is text on a terminal and else lines of JSON',
  },
  {
    flag: '--output',
    short: '-o',
    env: null,
    values: ['table', 'json', 'yaml'],
    placeholder: 'FORMAT',
    takes: 'text',
    default: 'table',
    help: 'how data is printed',
  },
];

/** A switch of every command that works on an instance. */
export const sandboxSwitch: Switch = {
  flag: '--sandbox',
  short: null,
  help: 'use a private instance in a new user namespace; the host is not touched',
};

/** A switch of every command. */
export const helpSwitch: Switch = { flag: '--help', short: '-h', help: 'print this help' };

/** A switch that stands in place of a command. */
export const versionSwitch: Switch = { flag: '--version', short: null, help: 'print the version' };

/** Variables for development and tests, which are no settings. */
export const internalEnv: readonly string[] = [
  'BINFMT_KEEPER_NO_FFI',
  'BINFMT_KEEPER_SANDBOX',
  'BINFMT_KEEPER_NEW_SANDBOX',
  'BINFMT_KEEPER_SANDBOX_PLACES',
  inheritedVariable,
  outsideCommandVariable,
  'BINFMT_KEEPER_BINFMT_D_ROOT',
  'BINFMT_KEEPER_ARTIFACTS',
];

/** A right value of a setting, or one item of a list. */
export function exampleOf(path: SettingPath): string {
  const row: Row = rows[path];
  return row.example ?? row.values?.[0] ?? (row.type === 'boolean' ? 'true' : '30s');
}

/** What a setting does, for the schema. */
export function helpOf(path: SettingPath): string {
  return rows[path].help;
}

/**
 * Flag text as the file would hold it: lists split, booleans read. Text that fits nothing stays text, for the schema
 * to refuse with a message.
 */
export function fromText(setting: Setting, text: string): unknown {
  const truth = text === 'true' ? true : text === 'false' ? false : undefined;
  switch (setting.type) {
    case 'boolean':
      return truth ?? text;
    case 'boolean-or-list':
      return truth ?? listOf(setting, text);
    case 'list':
      return listOf(setting, text);
    case 'word-or-list': {
      const items = listOf(setting, text);
      return items.length === 1 && setting.values.includes(items[0] ?? '') ? items[0] : items;
    }
    default:
      return text;
  }
}

function placeholderOf(row: Row): string {
  switch (row.type) {
    case 'choice':
      return (row.values ?? []).join('|');
    case 'boolean':
      return 'true|false';
    case 'boolean-or-list':
      return 'true|false|LIST';
    case 'duration':
      return 'TIME';
    case 'list':
      return 'LIST';
    case 'word-or-list':
      return [...(row.values ?? []), 'LIST'].join('|');
    case 'text':
      return (row.takes ?? 'text').toUpperCase();
  }
}

function snake(path: string, joint: string): string {
  return path.replace(/([a-z0-9])([A-Z])/g, `$1${joint}$2`).replaceAll('.', joint);
}

function listOf({ takes }: Setting, text: string): string[] {
  if (takes === 'platforms') return listOfPlatforms(text);
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
