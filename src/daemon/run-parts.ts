import type { Config, ParsedConfig } from '../core/config/config.ts';
import type { Here } from '../core/text/typed.ts';
import type { Machine } from '../host/machine.ts';
import type { Notifier } from '../host/net/notify.ts';
import type { ThisProcess } from '../host/system/this-process.ts';
import type { Accept } from '../keeper/prepare/accept.ts';
import type { Log } from './log/log.ts';

/** What the daemon is started with. */
export interface RunParts {
  readonly machine: Machine;
  readonly log: Log;
  /** The process that the daemon is. */
  readonly me: ThisProcess;
  /** The way to the supervisor; null where there is none. */
  readonly notifier: Notifier | null;
  readonly config: Config;
  /** Reads the configuration again, as after SIGHUP. */
  readonly reload: () => Promise<ParsedConfig>;
  readonly configFile: string;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
  /** Rejects with whatever nobody caught. */
  readonly defect: Promise<never>;
  /** Calls back on SIGHUP. */
  readonly onReload: (reload: () => void) => void;
  /** Whether this user namespace's instance may be made and mounted by us. */
  readonly owns: boolean;
  /** Where its texts are read; the usual by default. */
  readonly here?: Here;
  readonly accept?: Accept;
}
