import type { Config } from '../../core/config/config.ts';
import type { Declarations } from '../../host/files/facet.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Canaries, Probes } from '../../host/probe/facet.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces, Timed } from '../../host/system/facet.ts';
import type { ProbePlace } from '../mounts/learn-host.ts';
import type { Opened } from '../mounts/open.ts';
import type { OnceEvent, OnceFailure } from './events.ts';

/** What it uses of the machine. */
type Host = Namespaces & Timed & Children & Places & Declarations & Stores & Labels & Probes & Canaries;

/** What those who do one thing and leave do differently: `install`, `status`, the drop-in spellings, later users. */
export interface OncePolicy {
  /** The user namespace is of our own making, so that an instance may be made in it. */
  readonly owns: boolean;
  /** What is mounted where it lacks: main mount and anchor, the main mount alone and only to look, nothing. */
  readonly mounts: 'all' | 'main' | 'none';
  /** Where probes lie; as files by default. */
  readonly probes?: ProbePlace;
  /** Where another keeper has the instance: it is left to that one, or work goes on beside it; `look`: no lock is kept. */
  readonly lock: 'refuse' | 'beside' | 'look';
  /** How often the lock is tried: another one-shot gives it back soon. */
  readonly patience: { readonly tries: number; readonly pauseMs: number };
  /** The entries are to outlive us, with `persist` by an anchor that stays; null where nothing of the kind is asked. */
  readonly lasting: { readonly persist: boolean } | null;
}

/** What those who register once do differently. */
export interface RegisterPolicy {
  /** A platform without an emulator is a failure, or told where a word for all means all that there are. */
  readonly missing: 'failure' | 'told';
  /** Entries that are to be removed: where one has a name of ours, ours takes its place without a gap. */
  readonly replace: (name: string) => boolean;
  /** A keeper serves the instance too: it keeps entries of its own in front, and fighting that would help nobody. */
  readonly beside: boolean;
  /** Others may write at the same time, so a step can fail that succeeds on another look. */
  readonly patience: { readonly tries: number; readonly pauseMs: number };
}

/** What is registered, and on what. */
export interface RegisterParts {
  readonly machine: Host;
  readonly opened: Opened;
  /** With the platforms that are asked for, and the prefix of the names. */
  readonly config: Config;
  readonly policy: RegisterPolicy;
  /** Hears what is no failure, when it happens. */
  readonly tell: (event: Exclude<OnceEvent, OnceFailure>) => void;
}
