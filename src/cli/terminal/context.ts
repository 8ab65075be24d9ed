import type { Here } from '../../core/text/typed.ts';
import { owns } from '../sandbox/owns.ts';
import type { Format } from './print.ts';
import { type Style, styleFor } from './style.ts';
import { here } from './typed-command.ts';

/** What every command gets from the command line and the terminal. */
export interface Context {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  readonly format: Format;
  readonly logLevel: string | undefined;
  /** stderr is a terminal. */
  readonly terminal: boolean;
  /** Width of the terminal that stdout is; null where it is none. */
  readonly columns: number | null;
  /** This user namespace's instance may be made and mounted by us. */
  readonly owns: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colours of stdout and of stderr. */
  readonly style: Style;
  readonly errStyle: Style;
  readonly here: Here;
}

/** The context of this process. */
export function contextOf(flags: Readonly<Record<string, unknown>>): Context {
  const { stdout, stderr, env } = process;
  const level = flags['log-level'] ?? (env.BINFMT_KEEPER_LOG_LEVEL?.trim() || undefined);
  let known: Here | null = null;
  return {
    flags,
    env,
    format: formatOf(flags),
    logLevel: typeof level === 'string' ? level : undefined,
    terminal: stderr.isTTY === true,
    columns: stdout.isTTY === true ? stdout.columns || 80 : null,
    owns: owns(),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    style: styleFor(stdout.isTTY === true, env),
    errStyle: styleFor(stderr.isTTY === true, env),
    // Looked for where a text needs it: it takes a search of PATH.
    get here() {
      known ??= here();
      return known;
    },
  };
}

/** How the command line wants data printed. */
export function formatOf(flags: Readonly<Record<string, unknown>>): Format {
  const format = flags.output;
  return format === 'json' || format === 'yaml' ? format : 'table';
}
