import type { Entry } from '../../core/kernel/entry.ts';
import type { Liveness } from '../alive/liveness.ts';
import type { KeptView } from '../kept/kept-problems.ts';
import type { Situation } from '../prepare/situation.ts';

/** Whether each wanted entry runs programs now. A stale one does: it pins another file than it should, but a file. */
export function serving(
  { world, repair, config }: Situation,
  kept: readonly KeptView[],
  liveness: Pick<Liveness, 'of'>,
): { readonly handler: string; readonly serves: boolean }[] {
  const { handlers, observed } = repair.view();
  const lives = (entry: Entry | null): boolean => entry === null || liveness.of(entry)?.fatal !== true;
  return [
    ...handlers.map(({ handler, state, entry }) => ({
      handler: handler.registration.name,
      serves: observed.enabled && servingStates.has(state) && (state === 'foreign-ok' || lives(entry)),
    })),
    ...world.unmet.map((row) => ({ handler: `${config.names}${row.target}`, serves: false })),
    // An adopted entry that nobody ever made cannot be missed.
    ...kept
      .filter((one) => one.entry !== null || one.registration !== null)
      .map((one) => ({
        handler: one.kept.name,
        serves: observed.enabled && one.state === 'ok' && lives(one.entry),
      })),
  ];
}

const servingStates: ReadonlySet<string> = new Set(['ok', 'foreign-ok', 'stale']);
