import { afterServing, afterWord, holding, type Said, type Standing } from '../core/witness/standing.ts';
import type { WitnessResult } from '../core/witness/witness.ts';
import type { Cancel, Clock } from '../host/system/clock.ts';
import { generationOf, type Situation, servingEntry } from './prepare/situation.ts';
import type { ContainerAccess } from './prove/container-access.ts';

type HandlerView = ReturnType<Situation['repair']['view']>['handlers'][number];

/** What witnesses said of each handler, as long as it holds for what serves. */
export interface Standings {
  /** What holds now; null where nobody said anything, or something else serves since. */
  saidOf(view: HandlerView): Said | null;
  /** Takes the word of a witness: what was said before and is said now; null where it changes nothing. */
  take(
    view: HandlerView,
    word: WitnessResult | undefined,
  ): { readonly before: Said | null; readonly said: Said | null } | null;
  /** Looks at what serves now, and forgets what was said of other handlers. */
  keep(views: readonly HandlerView[]): void;
  /** What a witness said ends by itself, and no event tells of it: from now on `changed` is called then. */
  watchEnds(): void;
  close(): void;
}

/** Nobody said anything yet. */
export function createStandings(
  access: Pick<ContainerAccess, 'of'>,
  situation: () => Situation,
  clock: Clock,
  changed: () => void,
): Standings {
  const standings = new Map<string, Standing>();
  let ending: Cancel = () => {};

  const refreshed = (view: HandlerView): Standing => {
    const { key } = view.handler;
    const file = fileOf(view, access.of(view).detail);
    const standing = afterServing(standings.get(key), generationOf(view), file, clock.now());
    standings.set(key, standing);
    return standing;
  };

  const watchEnds = (): void => {
    ending();
    const { witnessAge } = situation().config.readiness;
    const began = [...standings.values()].flatMap(({ said }) => (said === null ? [] : [said.began]));
    const left = began.map((moment) => moment + witnessAge - clock.now()).filter((ms) => ms > 0);
    if (left.length === 0) return;
    const ended = (): void => {
      changed();
      watchEnds();
    };
    ending = clock.after(Math.min(...left) + 10, ended, 'idle');
  };

  return {
    saidOf: (view) => holding(refreshed(view), clock.now(), situation().config.readiness.witnessAge),
    take(view, word) {
      const before = refreshed(view);
      const standing = word === undefined ? null : afterWord(before, word, clock.now());
      if (standing === null) return null;
      standings.set(view.handler.key, standing);
      return { before: before.said, said: standing.said };
    },
    keep(views) {
      for (const view of views) refreshed(view);
      const keys = new Set(views.map((view) => view.handler.key));
      for (const key of standings.keys()) if (!keys.has(key)) standings.delete(key);
    },
    watchEnds,
    close: () => ending(),
  };
}

/**
 * What is started for the files of a handler. Ours is known by its inode, so that a registration that was lost and came
 * back is the same matter; of what others registered nothing is known but the registration.
 */
function fileOf(view: HandlerView, judged: string): string {
  const serving = servingEntry(view);
  const { interpreter } = view.handler;
  if (view.state !== 'ok' || serving === null || interpreter === null) return generationOf(view) + judged;
  return `${serving.interpreter} ${interpreter.dev}:${interpreter.ino} ${judged}`;
}
