import type { Asked } from '../core/config/asked.ts';
import type { Config } from '../core/config/config.ts';
import type { Logger } from '../core/logger.ts';
import type { Desired } from '../core/plan/desired.ts';
import type { Problem } from '../core/problems.ts';
import type { Here } from '../core/text/typed.ts';
import type { Instance } from '../host/instance/instance.ts';
import type { Machine } from '../host/machine.ts';
import type { ThisProcess } from '../host/system/this-process.ts';
import type { MountKeeper } from './mounts/mend-mounts.ts';
import type { Accept } from './prepare/accept.ts';
import type { HostIdentity } from './prepare/host-identity.ts';
import type { Obtain } from './prepare/ready-interpreter.ts';
import type { WatchPlaces } from './prepare/retry.ts';

/** What a keeper works on; everything that it needs of the machine and of its process arrives here. */
export interface KeeperParts {
  readonly machine: Machine;
  readonly instance: Instance;
  readonly host: HostIdentity;
  readonly mounts: MountKeeper;
  readonly probes: ReadonlyMap<string, string>;
  /** Why there are no probes. */
  readonly probeFault?: string | null;
  readonly logger: Logger;
  /** The process that it lives in, as reports tell of it. */
  readonly me: ThisProcess;
  /** Makes the publisher; it tells what is wrong after each turn. */
  readonly publisher: (tell: (problems: readonly Problem[]) => void) => Publisher;
  /** Watches the way to what could not be made ready; without it a timer looks. */
  readonly watchPlaces?: WatchPlaces;
  readonly accept?: Accept;
  /** How interpreters are made ready; deployed by default. */
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Looks and probes, but repairs nothing. */
  readonly passive?: boolean;
  /** Proves nothing but what it is asked to. */
  readonly unasked?: 'proves' | 'leaves';
  /** Witnesses can report to it, as to a daemon. */
  readonly hearsWitnesses?: boolean;
  /** What people asked for beside the configuration; nothing by default. */
  readonly asked?: () => Asked;
  /** Where its texts are read; the usual by default. */
  readonly here?: Here;
}

/** Tells other tools which handlers are wanted, beside repair and never in its way. */
export interface Publisher {
  /** A call made meanwhile comes after. */
  publish(config: Config, desired: Desired): Promise<void>;
  /** Takes back what was told of all handlers, or of those of these keys. */
  withdraw(keys: readonly string[] | 'all'): Promise<void>;
}
