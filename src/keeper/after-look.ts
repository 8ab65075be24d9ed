import { stoppersAmong } from '../core/native/danger.ts';
import type { Clock } from '../host/system/clock.ts';
import { serving } from './account/serving.ts';
import { standing } from './account/standing-problems.ts';
import type { Liveness } from './alive/liveness.ts';
import type { Custody } from './kept/custody.ts';
import type { MountKeeper } from './mounts/mend-mounts.ts';
import { generationOf, type Situation } from './prepare/situation.ts';
import type { ContainerAccess } from './prove/container-access.ts';
import type { Availability } from './record/availability.ts';
import type { LiveMemory } from './record/memory.ts';
import type { ProblemBoard } from './record/problem-board.ts';

/** Draws the consequences of a look at everything that is complete. */
export interface AfterLook {
  looked(): void;
  /** Everything has to prove itself anew. */
  renew(): void;
}

/** What the consequences are drawn for. */
export interface AfterLookParts {
  readonly clock: Clock;
  readonly situation: () => Situation;
  readonly board: ProblemBoard;
  readonly mounts: MountKeeper;
  readonly custody: Custody;
  readonly liveness: Liveness;
  readonly access: ContainerAccess;
  readonly memory: LiveMemory;
  /** Null for one who only looks. */
  readonly availability: Availability | null;
  readonly isPaused: () => boolean;
  readonly prove: (key: string) => void;
}

/** Problems follow what was seen, and whatever serves now and did not before has to prove itself, whoever registered it. */
export function createAfterLook(parts: AfterLookParts): AfterLook {
  const { clock, board, mounts, custody, liveness, access, memory } = parts;
  const generations = new Map<string, string>();
  let endangered = false;

  const looked = (): void => {
    const situation = parts.situation();
    for (const { origin, problems } of standing({
      ...{ clock, situation, mounts, custody, liveness, access, memory },
    }))
      board.sync(origin, problems);
    const { observed } = situation.repair.view();
    const before = endangered;
    endangered =
      observed.enabled && stoppersAmong(observed.entries, situation.world.desired.natives).length > 0;
    // What failed meanwhile failed for no fault of its own.
    if (before && !endangered) generations.clear();
    const kept = custody.view();
    parts.availability?.settle(serving(situation, kept, liveness), clock.now());
    // Its owner may have done what we could not.
    for (const one of kept) if (one.state === 'ok') board.set('register-failed', one.kept.name, null);
    if (parts.isPaused()) return;
    for (const view of situation.repair.view().handlers) {
      const { key, registration } = view.handler;
      if (view.state === 'ok') board.set('register-failed', registration.name, null);
      if (view.state !== 'foreign-ok') board.set('older-foreign', registration.name, null);
      const generation = generationOf(view);
      if (generations.get(key) === generation) continue;
      generations.set(key, generation);
      if (generation !== '') parts.prove(key);
    }
  };

  return { looked, renew: () => generations.clear() };
}
