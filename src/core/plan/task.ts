import type { Entry, EntryId } from '../kernel/entry.ts';
import type { EntryState } from './classify.ts';
import type { Handler } from './handler.ts';

/** One write to the kernel. `remove` without an id takes away what an earlier step of the same task registered. */
export type Step =
  | { readonly action: 'enable-instance' }
  | { readonly action: 'enable'; readonly name: string; readonly id: EntryId }
  | { readonly action: 'register'; readonly name: string; readonly handler: Handler }
  | { readonly action: 'remove'; readonly name: string; readonly id: EntryId | null };

/** Steps that belong together: where one fails, the rest of them is left out and something still serves. */
export interface Task {
  /** The handler's key, or null for the instance and for leftovers. */
  readonly key: string | null;
  readonly reason: EntryState | 'order' | 'status-zero' | 'leftover' | 'steps-aside';
  readonly why: string;
  readonly steps: readonly Step[];
  /** Keys of handlers whose own tasks must have succeeded first: until then this leftover serves in their place. */
  readonly needs: readonly string[];
}

/** A handler's temporary entry that a crash left behind. */
export interface StandIn {
  readonly entry: Entry;
  /** Whether the kernel finds it before the handler's own entry. */
  readonly inFront: boolean;
}
