import type { KeptView } from '../kept/kept-problems.ts';
import type { Situation } from '../prepare/situation.ts';

/** Whether each wanted entry runs programs now. A stale one does: it pins another file than it should, but a file. */
export function serving(
  { world, repair, config }: Situation,
  kept: readonly KeptView[],
): { readonly handler: string; readonly serves: boolean }[] {
  const { handlers, observed } = repair.view();
  return [
    ...handlers.map(({ handler, state }) => ({
      handler: handler.registration.name,
      serves: observed.enabled && servingStates.has(state),
    })),
    ...world.unmet.map((row) => ({ handler: `${config.names}${row.target}`, serves: false })),
    // An adopted entry that nobody ever made cannot be missed.
    ...kept
      .filter((one) => one.entry !== null || one.registration !== null)
      .map((one) => ({ handler: one.kept.name, serves: observed.enabled && one.state === 'ok' })),
  ];
}

const servingStates: ReadonlySet<string> = new Set(['ok', 'foreign-ok', 'stale']);
