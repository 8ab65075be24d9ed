import type { Handler } from '../core/plan/handler.ts';
import type { PassTrigger } from '../core/report/totals.ts';
import type { InForce } from './in-force.ts';
import type { Aliases } from './kept/aliases.ts';
import type { Custody } from './kept/custody.ts';
import { keptAmong, withCustody } from './kept/with-custody.ts';
import type { LastResorts } from './last-resort/last-resort.ts';
import type { Ledger } from './ledger.ts';
import type { KeeperParts } from './parts.ts';
import { createPause, type Pause } from './pause.ts';
import type { Occasion } from './record/occasion.ts';
import type { Repair } from './repair/repair.ts';
import type { Repaired } from './repair/repaired.ts';
import { createTurns } from './repair/turns.ts';
import { createSignal, type Signal } from './signal.ts';

/** Looks at the instance, each with a repair where it may be, and tells what came of them. */
export interface Looks {
  /** Something happened, maybe to the entry of this name. */
  at(hint?: string): void;
  atAll(trigger?: PassTrigger, occasion?: Occasion): void;
  /** When the last one was complete, or this was made: the monotonic clock in milliseconds. */
  completedAt(): number;
  readonly pause: Pause;
  /** Handlers of these keys were registered, and these entries of others. */
  readonly registered: Signal<[keys: ReadonlySet<string | null>, kept: readonly Handler[]]>;
  /** Everything was looked at. */
  readonly complete: Signal;
  /** A pause has ended, and nobody has looked since. */
  readonly resumed: Signal;
  close(): void;
}

/** What looks need. */
export interface LooksParts {
  readonly parts: KeeperParts;
  readonly ledger: Ledger;
  readonly inForce: InForce;
  readonly custody: Custody;
  readonly aliases: Aliases;
  readonly lastResorts: LastResorts;
  readonly changed: () => void;
}

/** Makes them; nobody has looked yet. */
export function createLooks(all: LooksParts): Looks {
  const { parts, ledger, inForce, changed } = all;
  const { mounts, logger } = parts;
  const { clock } = parts.machine;
  const { board, counters } = ledger;
  const registered: Looks['registered'] = createSignal();
  const [complete, resumed, refused] = [createSignal(), createSignal(), createSignal()];
  const turned = createSignal<[on: boolean]>();
  const pause = createPause(logger, board, clock, turned.tell);
  let completedAt = clock.now();
  /** Why entries will be written that could not be in a pause. */
  let missed: Occasion = 'loss';

  const turns = createTurns({
    clock,
    repair: () => repairNow(all, pause),
    repaired(repaired, since, occasion) {
      const { results } = repaired;
      ledger.healLog.note(results, inForce.situation().world, since, occasion);
      if (results.some((r) => r.failed?.code === 'EROFS')) refused.tell();
      const keys = new Set(results.filter((r) => r.registered.size > 0).map((r) => r.task.key));
      if (keys.size > 0) ledger.records.save();
      registered.tell(keys, keptAmong(results));
      changed();
    },
    looked() {
      completedAt = clock.now();
      complete.tell();
      changed();
    },
    failed: (error) => logger.error({ err: error }, 'a look at the entries failed; trying again'),
    passed(trigger, ok, tookMs) {
      // Before the first configuration nothing is wanted, so nothing was achieved either.
      if (inForce.hasBegun()) counters.passed(trigger, ok, tookMs);
    },
  });
  const atAll = (trigger?: PassTrigger, occasion: Occasion = 'loss'): void => {
    if (occasion !== 'loss') missed = pause.state() === null ? 'loss' : 'configure';
    turns.lookAtAll(trigger, occasion);
  };
  refused.hear(() => void mounts.mend('read-only').then(() => atAll('event')));
  turned.hear((on) => {
    mounts.hold(on);
    if (!on) {
      const occasion = missed;
      missed = 'loss';
      void mounts.mend('start');
      resumed.tell();
      turns.lookAtAll('event', occasion);
    }
    changed();
  });
  return {
    at: turns.look,
    ...{ atAll, pause, registered, complete, resumed },
    completedAt: () => completedAt,
    close: turns.close,
  };
}

const nothingDone: Repaired = { results: [], again: null };
const idle: Pick<Repair, 'own' | 'full'> = { own: () => nothingDone, full: () => nothingDone };

/** What may be done at this moment. */
function repairNow(
  { parts: { passive }, inForce, custody, aliases, lastResorts }: LooksParts,
  pause: Pause,
): Pick<Repair, 'own' | 'full'> {
  if (passive === true || !inForce.hasBegun()) return idle;
  const { repair } = inForce.situation();
  if (pause.state() === null) return withCustody(repair, custody, aliases, lastResorts);
  return {
    own: idle.own,
    full: (now) => {
      repair.observe(now);
      return nothingDone;
    },
  };
}
