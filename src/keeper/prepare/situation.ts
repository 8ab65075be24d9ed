import type { Config } from '../../core/config/config.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Repair } from '../repair/repair.ts';
import type { View } from '../repair/viewer.ts';
import type { World } from './world.ts';

/** What is in force now; configuring replaces all of it at once, so that nothing ever sees half of it. */
export interface Situation {
  readonly config: Config;
  readonly world: World;
  readonly repair: Repair;
}

/** The entry that runs a handler's files now: ours, or that of somebody else where policy lets it. */
export function servingEntry(view: View['handlers'][number]): Entry | null {
  return view.state === 'foreign-ok' ? view.foreign : view.entry;
}

/**
 * What runs a handler's files now, as a key; empty where nothing does. Somebody's entry in front of ours is part of it:
 * a probe that ran then proves nothing of the time after.
 */
export function generationOf(view: View['handlers'][number]): string {
  const serving = servingEntry(view);
  if (serving === null) return '';
  const front = view.state === 'shadowed' ? view.foreign : null;
  return front === null ? identify(serving) : `${identify(serving)} behind ${identify(front)}`;
}
