import type { Config } from '../core/config.ts';
import type { Entry } from '../core/entry.ts';
import type { World } from './prepare.ts';
import type { Repair, View } from './repair.ts';

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
