import type { Handler } from '../../core/plan/handler.ts';
import { emptyWorld, type World, without } from '../prepare/world.ts';
import { lineOf } from './canary.ts';

/** Which handlers of the prepared world are kept away from the kernel, whatever the configuration says. */
export interface TakenBack {
  /** A new world and what served in the place of its handlers until now. */
  use(world: World, before: ReadonlyMap<string, Handler>): void;
  /** The same handlers, of which something else is to be said. */
  renew(world: World): void;
  /** What may be in force now: while a line is out, that which served before it. */
  permitted(): World;
  /** Counts worlds. */
  generation(): number;
  /** The handler that wants this very line now. */
  wanted(handler: Handler): Handler | null;
  before(handler: Handler): Handler | null;
  /** Out for the time of a trial. */
  setOut(handler: Handler, on: boolean): void;
  isOut(handler: Handler): boolean;
  /** Out until its line is another one: it was found to stop native programs. */
  bar(handler: Handler): void;
  bars(name: string): boolean;
}

/** A world in which nothing is taken back. */
export function createTakenBack(): TakenBack {
  let full = emptyWorld;
  let served: ReadonlyMap<string, Handler> = new Map();
  let worlds = 0;
  const out = new Set<string>();
  const barred = new Map<string, string>();

  const before = (handler: Handler): Handler | null => served.get(handler.key) ?? null;
  const isAway = (handler: Handler): boolean => barred.has(lineOf(handler)) || out.has(lineOf(handler));

  return {
    use(world, before) {
      worlds += 1;
      full = world;
      served = before;
      out.clear();
      const lines = new Set(world.desired.handlers.map(lineOf));
      for (const line of barred.keys()) if (!lines.has(line)) barred.delete(line);
    },
    renew(world) {
      full = world;
    },
    permitted() {
      const away = full.desired.handlers.filter(isAway);
      if (away.length === 0) return full;
      const instead = new Map<string, Handler>();
      for (const handler of away) {
        const older = barred.has(lineOf(handler)) ? null : before(handler);
        if (older !== null) instead.set(handler.key, older);
      }
      return without(full, new Set(away.map((h) => h.key)), instead);
    },
    generation: () => worlds,
    wanted: (handler) => full.desired.handlers.find((h) => lineOf(h) === lineOf(handler)) ?? null,
    before,
    setOut(handler, on) {
      if (on) out.add(lineOf(handler));
      else out.delete(lineOf(handler));
    },
    isOut: (handler) => out.has(lineOf(handler)),
    bar(handler) {
      out.delete(lineOf(handler));
      barred.set(lineOf(handler), handler.registration.name);
    },
    bars: (name) => [...barred.values()].includes(name),
  };
}
