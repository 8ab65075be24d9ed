import type { Entry, EntryId } from '../kernel/entry.ts';
import type { EntryState } from './classify.ts';
import { type Handler, temporaryName } from './handler.ts';

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
  readonly reason: EntryState | 'order' | 'status-zero' | 'leftover' | 'steps-aside' | 'danger';
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

/**
 * Registers a handler anew where an entry of its name is there, so that no exec is ever lost: the temporary name serves
 * from before the entry goes until it is there again. `stale` takes away first what lies under that name.
 */
export function replacementOf(handler: Handler, entry: Entry, stale: readonly Step[]): Step[] {
  const { name } = handler.registration;
  const spare = temporaryName(handler);
  return [
    ...stale,
    { action: 'register', name: spare, handler },
    { action: 'remove', name, id: entry.id },
    { action: 'register', name, handler },
    { action: 'remove', name: spare, id: null },
  ];
}
