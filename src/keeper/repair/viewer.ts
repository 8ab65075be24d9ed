import type { Entry } from '../../core/kernel/entry.ts';
import { dangerOf } from '../../core/native/danger.ts';
import { type Classified, classify } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Observed } from '../../core/plan/observed.ts';
import { isRemovable, ownerOf } from '../../core/plan/ownership.ts';
import { victimsOf } from '../../core/plan/sight.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { createObserver, type Observer } from './observe.ts';

/** How things stood at one full look; entries that do not concern us are left out. */
export interface View {
  readonly observed: Observed;
  readonly handlers: readonly (Classified & { readonly handler: Handler })[];
}

/** Looks at everything, and knows how things stood at the last look. */
export interface Viewer {
  look(now: number): Observed;
  /** The last look; a new one where something was changed since. */
  view(): View;
  /** Something is changed now. */
  outdate(): void;
}

/** Entries that do not concern us are all read again this often, see createObserver. */
const deepEvery = 30_000;

/** Has not looked yet. */
export function createViewer(instance: Instance, desired: Desired, memory: LiveMemory): Viewer {
  const observe = observerOf(desired, memory);
  let deepAt = Number.NEGATIVE_INFINITY;
  let looked: Observed | null = null;
  let seen: View | null = null;
  return {
    look(now) {
      const deep = now - deepAt >= deepEvery;
      if (deep) deepAt = now;
      looked = observe(instance, deep);
      seen = null;
      forgetGone(looked, memory);
      return looked;
    },
    view() {
      looked ??= observe(instance, false);
      const { entries } = looked;
      seen ??= {
        observed: looked,
        handlers: desired.handlers.map((handler) => ({
          handler,
          ...classify(handler, entries, desired, memory),
        })),
      };
      return seen;
    },
    outdate() {
      looked = seen = null;
    },
  };
}

function observerOf(desired: Desired, memory: LiveMemory): Observer {
  return createObserver({
    concerns: (entry) => concerns(entry, desired, memory),
    ours: (name) =>
      ownerOf(name, desired) !== null ||
      memory.records.has(name) ||
      desired.published.has(name) ||
      (desired.prefix !== '' && name.startsWith(desired.prefix)),
    // Under another precedence what somebody else serves decides what we register, so all of it is needed.
    most: desired.precedence === 'ours' ? 250 : Number.POSITIVE_INFINITY,
  });
}

/** Whether an entry can matter to any plan, as long as it lives, enabled or not. */
function concerns(entry: Entry, desired: Desired, memory: LiveMemory): boolean {
  const { name } = entry;
  if (ownerOf(name, desired) !== null || desired.published.has(name)) return true;
  if (isRemovable(entry, desired, memory)) return true;
  if (dangerOf(entry.matcher, desired.natives) !== null) return true;
  return victimsOf({ ...entry, enabled: true }, desired).length > 0;
}

/** A verdict speaks of one registration; without this they would add up. */
function forgetGone(observed: Observed, memory: LiveMemory): void {
  if (memory.verdicts.size === 0) return;
  const there = new Set(observed.entries.map(identify));
  for (const known of [memory.verdicts, memory.doubts]) {
    for (const key of known.keys()) if (!there.has(key)) known.delete(key);
  }
}
