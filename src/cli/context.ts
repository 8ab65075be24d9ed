import type { Format } from './print.ts';

/** What every command gets from the command line and the terminal. */
export interface Context {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  readonly format: Format;
  readonly logLevel: string | undefined;
  /** stderr is a terminal. */
  readonly terminal: boolean;
  /** This user namespace's instance may be made and mounted by us. */
  readonly owns: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}
