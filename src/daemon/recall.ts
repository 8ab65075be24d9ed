import { registrationOf, sameRegistration } from '../core/custody.ts';
import type { Handler, InterpreterIdentity } from '../core/handler.ts';
import { sameEntry } from '../core/memory.ts';
import { type Registration, sameMatcher } from '../core/registration.ts';
import type { Instance } from '../host/instance.ts';
import type { LiveMemory } from './memory.ts';
import { toEntry } from './observe.ts';

/** An entry of ours that is there, as it was registered, and the file that it pins. */
export interface Recalled {
  readonly registration: Registration;
  readonly interpreter: InterpreterIdentity | null;
}

/** What a handler needs beside its registration: how to prove it and what to say of it. */
export interface HandlerInfo {
  readonly version: string | null;
  readonly probe: string | null;
}

/** A handler that is not accepted yet. */
export interface Candidate {
  readonly handler: Handler;
  readonly info: HandlerInfo;
  /** The first bytes of its interpreter; null where it cannot be looked at. */
  readonly header: Uint8Array | null;
}

/** A handler whose file does not answer, as it is registered. */
export function hungCandidate(
  { registration, interpreter }: Recalled,
  what: Pick<Handler, 'key' | 'platforms' | 'samples'>,
  probe: string | null,
): Candidate {
  const handler = { ...what, registration, interpreter, hung: true };
  return { handler, info: { version: null, probe }, header: null };
}

/** What we registered under a name, where it is still there: all that is known of a file that does not answer. */
export function recall(instance: Instance, memory: LiveMemory, name: string): Recalled | null {
  const record = memory.records.get(name);
  const raw = record && instance.read(name);
  if (!record || !raw || !sameEntry(record.id, raw.id)) return null;
  const registration = registrationOf(name, toEntry(name, raw));
  return registration && { registration, interpreter: record.interpreter };
}

/**
 * What serves now in the place of handlers whose lines are new. Where native programs fail after the new one came, it
 * goes on while they are tried without; one that grants more than is wanted now does not.
 */
export function servedBefore(
  handlers: readonly Handler[],
  recalled: (name: string) => Recalled | null,
): ReadonlyMap<string, Handler> {
  const before = new Map<string, Handler>();
  for (const handler of handlers) {
    const there = recalled(handler.registration.name);
    if (there === null || !mayStandIn(there.registration, handler.registration)) continue;
    if (sameRegistration(there.registration, handler.registration)) continue;
    before.set(handler.key, { ...handler, ...there });
  }
  return before;
}

/** Whether an entry may serve for a line that is wanted: the same files, and no credentials that were taken away. */
function mayStandIn(there: Registration, wanted: Registration): boolean {
  if (there.flags.includes('C') && !wanted.flags.includes('C')) return false;
  return sameMatcher(there.matcher, wanted.matcher);
}
