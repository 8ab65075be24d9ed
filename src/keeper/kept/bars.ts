import type { Registration } from '../../core/kernel/registration.ts';
import { sameRegistration } from '../../core/plan/custody.ts';

/** Lines that stop native programs: entries with them are left alone. */
export interface Bars {
  /** Leaves an entry alone as long as its line is this one, or cares for it again. */
  bar(registration: Registration, on: boolean): void;
  /** Whether an entry of that name is left alone. */
  bars(name: string): boolean;
  /** Whether this very line is barred; another one under its name ends the bar. */
  isBarred(registration: Registration): boolean;
  /** Forgets all other names. */
  keepOnly(names: ReadonlySet<string>): void;
}

/** Bars nothing. */
export function createBars(): Bars {
  const barred = new Map<string, Registration>();
  return {
    bar(registration, on) {
      if (on) barred.set(registration.name, registration);
      else barred.delete(registration.name);
    },
    bars: (name) => barred.has(name),
    isBarred(registration) {
      const line = barred.get(registration.name);
      if (line === undefined || sameRegistration(line, registration)) return line !== undefined;
      // Only another line is worth another trial.
      barred.delete(registration.name);
      return false;
    },
    keepOnly(names) {
      for (const name of barred.keys()) if (!names.has(name)) barred.delete(name);
    },
  };
}
