import { renderLine } from '../../core/kernel/registration.ts';
import { isBeside } from '../../core/last-resort/beside.ts';
import { type Handler, temporaryName } from '../../core/plan/handler.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Canaries } from '../../host/probe/facet.ts';
import type { LiveMemory } from '../record/memory.ts';

/** Whether native programs run: `unknown` where the trial itself could not be made, which says nothing of any handler. */
export type Trial =
  | { readonly verdict: 'runs' }
  | { readonly verdict: 'stopped' | 'unknown'; readonly why: string };

/** Proves, after lines that this boot has not seen, that native programs still run. */
export interface CanaryWatch {
  /** Whether this line was never seen to leave native programs alone. */
  isNew(handler: Handler): boolean;
  /** Runs a native program; never throws. */
  trial(): Promise<Trial>;
  /** Native programs ran beside these. */
  pass(handlers: readonly Handler[]): void;
  /** Deletes a handler's entries at once; `before`, what served until it came, goes on under its stand-in's name. */
  takeBack(handler: Handler, before: Handler | null): void;
  /** Registers a line again that was taken back. */
  putBack(handler: Handler): void;
  /** Lines that were tried on this boot. */
  tried(): readonly string[];
}

/**
 * The last line of defence behind the acceptance rule. When a native program cannot start, our newest entries are
 * deleted at once by plain writes of this process: nothing can be executed at that point, but files can be written.
 */
export function createCanaryWatch(
  machine: Canaries,
  instance: Instance,
  memory: LiveMemory,
  earlier: readonly string[],
): CanaryWatch {
  const tried = new Set(earlier);
  return {
    isNew: (handler) => !tried.has(lineOf(handler)),
    trial: () => trial(machine, mostGone),
    pass(handlers) {
      for (const h of handlers) tried.add(lineOf(h));
    },
    takeBack(handler, before) {
      const { name } = handler.registration;
      const spare = temporaryName(handler);
      // A repair that failed half-way left the stand-in, which stops native programs just as well.
      remove(instance, memory, spare);
      if (before !== null) add(instance, memory, spare, before);
      remove(instance, memory, name);
    },
    putBack: (handler) => add(instance, memory, handler.registration.name, handler),
    tried: () => [...tried],
  };
}

/** One registration, for what is known of it by trial. */
export function lineOf(handler: Handler): string {
  return Buffer.from(renderLine(handler.registration)).toString('latin1');
}

/** The host had no means for a trial. */
const withoutMeans: ReadonlySet<string> = new Set([
  ...['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETIMEDOUT'],
  // Somebody ended it: no handler does that.
  'canary-killed',
]);

/** Gone before anything could be seen: the next one may last. */
const gone: ReadonlySet<string> = new Set(['canary-killed', 'canary-crashed']);
const mostGone = 3;

async function trial(machine: Canaries, left: number): Promise<Trial> {
  const outcome = await machine.canary().catch((error: unknown) => ({
    ok: false as const,
    code: 'EAGAIN',
    message: error instanceof Error ? error.message : String(error),
  }));
  if (outcome.ok) return { verdict: 'runs' };
  if (gone.has(outcome.code) && left > 1) return trial(machine, left - 1);
  return { verdict: withoutMeans.has(outcome.code) ? 'unknown' : 'stopped', why: outcome.message };
}

function remove(instance: Instance, memory: LiveMemory, name: string): void {
  const raw = instance.read(name);
  if (raw !== null) instance.change(name, '-1', raw.id);
  memory.records.delete(name);
}

function add(instance: Instance, memory: LiveMemory, name: string, handler: Handler): void {
  const { registration, interpreter } = handler;
  // What is somebody else's stays so, or the next repair would take it for a leftover of ours.
  if (!instance.register(renderLine({ ...registration, name })).ok || isBeside(handler.key)) return;
  const raw = instance.read(name);
  if (raw !== null) memory.records.set(name, { id: raw.id, interpreter });
}
