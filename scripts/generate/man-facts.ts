import { parseConfig } from '../../src/core/config/config.ts';
import { configInput } from '../../src/core/config/input.ts';
import { globalOptions } from '../../src/core/config/options.ts';

/** What the values of settings look like. */
export const values: readonly (readonly [string, string])[] = [
  ['durations', 'Whole numbers with ms, s, m, h, d, the larger unit first: 30s, 1h30m.'],
  ['platforms', 'OCI names and what people type: linux/arm64, linux/arm/v7, riscv64, aarch64.'],
  ['lists', 'In options and variables separated by commas; an option with a list may be repeated.'],
  ['booleans', 'true or false, nothing else; an option takes the value too: --probe-enabled false.'],
  ['paths', 'Absolute, printable ASCII, without //, ., .. and a slash at the end.'],
];

/** Variables of the environment. */
export const environment: readonly (readonly [string, string])[] = [
  ['BINFMT_KEEPER_*', 'The settings, as binfmt-keeper.yaml(5) names them with each.'],
  ...globalOptions.flatMap((o): [string, string][] => (o.env === null ? [] : [[o.env, `As ${o.flag}.`]])),
  ['NO_COLOR', 'Where it is not empty, nothing is coloured.'],
  ['FORCE_COLOR', 'Colours also where the output is no terminal; 0: never. Comes before NO_COLOR.'],
  ['TERM', 'dumb: no colours and no progress.'],
];

/** The files and directories of a keeper. */
export function files(): readonly (readonly [string, string])[] {
  const at = (path: string): string => String(builtIn(path.split('.')));
  const run = at('mounts.anchor').replace(/\/[^/]*$/, '');
  return [
    [
      globalOptions.find((o) => o.flag === '--config')?.default ?? '',
      'The configuration, binfmt-keeper.yaml(5).',
    ],
    [at('mounts.main'), 'The main mount, which everybody sees.'],
    [at('mounts.anchor'), 'The anchor: our second mount, which keeps the entries alive.'],
    [`${run}/state.json`, 'Which entries are ours; dies with them.'],
    [`${run}/control.sock`, 'Where the daemon is asked; for root only.'],
    [`${run}/report.json`, 'The last report of the daemon.'],
    [at('interpreters.store'), 'Deployed interpreters, addressed by content.'],
  ];
}

/** The built-in value of a setting. */
export function builtIn(path: readonly string[]): unknown {
  const parsed = parseConfig({ env: {}, flags: {} });
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    configInput(parsed.config),
  );
}
