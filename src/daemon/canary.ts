import { createHash } from 'node:crypto';
import { type Handler, temporaryName } from '../core/handler.ts';
import { renderLine } from '../core/registration.ts';
import type { Instance } from '../host/instance.ts';
import type { Machine } from '../host/machine.ts';
import type { LiveMemory } from './memory.ts';

/** Proves, after lines that this boot has not seen, that native programs still run. */
export interface CanaryWatch {
  /** Tries the handlers whose lines are new; returns those that had to be taken back, with the reason. */
  check(
    handlers: readonly Handler[],
  ): Promise<{ readonly takenBack: readonly Handler[]; readonly why: string }>;
  /** Hashes of lines that were tried on this boot. */
  tried(): readonly string[];
}

/**
 * The last line of defence behind the acceptance rule. When a native program cannot start, our newest entries are
 * deleted at once by plain writes of this process: nothing can be executed at that point, but files can be written.
 */
export function createCanaryWatch(
  machine: Machine,
  instance: Instance,
  memory: LiveMemory,
  before: readonly string[],
): CanaryWatch {
  const tried = new Set(before);
  return {
    tried: () => [...tried],
    async check(handlers) {
      const fresh = handlers.filter((h) => !tried.has(hashOf(h)));
      if (fresh.length === 0) return { takenBack: [], why: '' };
      const outcome = await machine.canary();
      if (outcome.ok) {
        for (const h of fresh) tried.add(hashOf(h));
        return { takenBack: [], why: '' };
      }
      if (inconclusive.has(outcome.code)) return { takenBack: [], why: '' };
      for (const h of fresh) takeBack(instance, memory, h);
      return { takenBack: fresh, why: outcome.message };
    },
  };
}

/** The trial itself could not be made: that says nothing of the handlers, which are tried again with the next repair. */
const inconclusive = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETIMEDOUT']);

function takeBack(instance: Instance, memory: LiveMemory, handler: Handler): void {
  // A repair that failed half-way left the stand-in, which stops native programs just as well.
  for (const name of [handler.registration.name, temporaryName(handler)]) {
    const raw = instance.read(name);
    if (raw !== null) instance.change(name, '-1', raw.id);
    memory.records.delete(name);
  }
}

function hashOf(handler: Handler): string {
  return createHash('sha256').update(renderLine(handler.registration)).digest('hex').slice(0, 16);
}
