import type { NativePrograms } from '../native/acceptance.ts';
import type { Handler } from './handler.ts';

/** Who serves when somebody else registers a platform of ours too. */
export type Precedence = 'ours' | 'last' | 'theirs';

/** Everything that should be so on this instance: the planner's one input that is not observed or remembered. */
export interface Desired {
  /** In order of precedence: the first stands in front wherever two overlap. */
  readonly handlers: readonly Handler[];
  readonly precedence: Precedence;
  readonly onStatusZero: 'heal' | 'respect';
  /** Whether an entry of somebody else beside which the host's programs do not start is only told of; so by default. */
  readonly onDanger?: 'tell' | 'remove';
  /** What the host runs by itself; left out where nobody asks which entries are dangerous. */
  readonly natives?: NativePrograms;
  /** Prefix of names reserved for us; may be empty. */
  readonly prefix: string;
  /** Directory of deployed interpreters, without a slash at its end, as a byte string. */
  readonly store: string;
  /** Names of foreign entries that keep their place in front of ours, whatever the precedence. */
  readonly adopted: ReadonlySet<string>;
  /**
   * Usual names (`qemu-aarch64`) under which there may be entries of ours beside those of handlers: lines that we publish
   * and systemd registers, or published earlier, where their interpreter lies in the store; and aliases, where we
   * recorded them, since what somebody else declares may have our interpreter too.
   */
  readonly published: ReadonlyMap<string, 'wanted' | 'withdrawn' | 'alias'>;
  /** Names of entries of the last resort that are wanted. */
  readonly lastResorts?: ReadonlySet<string>;
  /** What is wanted and could not be made ready: whatever serves its files until then is no leftover. */
  readonly unready?: readonly Handler[];
}

/** A desired state that wants nothing and touches nothing. */
export const nothingDesired: Desired = {
  handlers: [],
  precedence: 'ours',
  onStatusZero: 'respect',
  prefix: '',
  store: '',
  adopted: new Set(),
  published: new Map(),
};
