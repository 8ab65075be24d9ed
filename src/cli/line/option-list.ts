import {
  globalOptions,
  helpSwitch,
  type Setting,
  sandboxSwitch,
  settings,
  versionSwitch,
} from '../../core/config/options.ts';
import type { Command, OwnOption } from './command-table.ts';

/** Any option in the one shape that the readers of the command line, help, completion and manual work with. */
export interface OptionLine {
  readonly flag: `--${string}`;
  readonly short: string | null;
  /** null where it takes no value. */
  readonly placeholder: string | null;
  /** Words that it takes; others too where it is a list or a path. */
  readonly values: readonly string[];
  readonly takes: Setting['takes'];
  readonly help: string;
  readonly env: string | null;
  readonly default: string | null;
  readonly many: boolean;
  readonly group: 'own' | 'general' | 'settings';
}

/** The options of a command, or those that may stand where a command should. */
export function optionsOf(command: Command | null): readonly OptionLine[] {
  if (command === null) return [lineOf(helpSwitch, 'general'), lineOf(versionSwitch, 'general')];
  const own = command.options.map((o) => lineOf(o, 'own'));
  const help = lineOf(helpSwitch, 'general');
  if (command.takes === 'nothing') return [...own, help];
  // One that a command has under the same name means something else there.
  const others = globalOptions.filter(({ flag }) => !command.options.some((o) => o.flag === flag));
  const general = others.map((o): OptionLine => ({ ...o, many: false, group: 'general' }));
  const leaves = settings.map(
    (s): OptionLine => ({
      ...s,
      values: wordsOf(s),
      short: null,
      default: null,
      many: false,
      group: 'settings',
    }),
  );
  return [...own, ...general, lineOf(sandboxSwitch, 'general'), help, ...leaves];
}

function wordsOf({ type, values }: Setting): readonly string[] {
  return type.startsWith('boolean') ? ['true', 'false', ...values] : values;
}

function lineOf(option: OwnOption, group: OptionLine['group']): OptionLine {
  const { flag, short, help, placeholder = null, many = false } = option;
  return { flag, short, help, placeholder, values: [], takes: 'text', env: null, default: null, many, group };
}
