import type { Config } from '../../core/config/config.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import { isBeside } from '../../core/last-resort/beside.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Clock } from '../../host/system/clock.ts';
import type { Situation } from '../prepare/situation.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import { type CanaryWatch, lineOf } from './canary.ts';
import { createDoubts, type Doubts } from './doubts.ts';
import { type Findings, findBricks, type Hands } from './find-bricks.ts';
import { createTakenBack, type TakenBack } from './taken-back.ts';
import { createTrials } from './trials.ts';

type World = Situation['world'];

/** What the guard needs of the keeper. */
export interface GuardParts {
  readonly canaries: CanaryWatch;
  readonly board: ProblemBoard;
  readonly clock: Clock;
  readonly situation: () => Situation;
  readonly use: (config: Config, world: World) => void;
  /** Leaves a foreign entry of this line alone from now on, or cares for it again. */
  readonly bar: (registration: Registration, on: boolean) => void;
  readonly isBarred: (name: string) => boolean;
  readonly lookAtAll: () => void;
  /** Lines have passed, or the account is another one. */
  readonly changed: () => void;
}

/** Takes handlers that stop native programs out of what is wanted, whatever the configuration says. */
export interface NativeGuard {
  /** What may come into force of a new world; `before` is what served until now in the place of a new line. */
  admit(world: World, before: ReadonlyMap<string, Handler>): World;
  /** The same for a world that wants the same handlers; trials go on. */
  renew(world: World): World;
  /** Tries native programs after handlers of these keys, or these entries of others, were registered. */
  check(keys: ReadonlySet<string | null>, kept: readonly Handler[]): Promise<void>;
  /** Resolves when nothing is under trial; what could not be tried waits for another time. */
  settled(): Promise<void>;
  close(): void;
}

/**
 * Makes the guard of one keeper. Whatever a trial leaves open, that which served before goes on: the older entry while
 * native programs are tried without the new one, the new one where the host cannot try at all.
 */
export function createNativeGuard(parts: GuardParts): NativeGuard {
  const { situation } = parts;
  const away = createTakenBack();
  let closed = false;

  const apply = (): void => {
    parts.use(situation().config, away.permitted());
    parts.lookAtAll();
  };

  const judge = async (suspects: readonly Handler[]): Promise<void> => {
    const findings = await tryOut(parts, away, apply, () => closed, suspects);
    if (closed) return;
    if (findings !== null) {
      conclude(parts, away, doubts, findings);
      if (findings.bad.length > 0) apply();
      doubts.plan();
      return parts.changed();
    }
    // Configured anew meanwhile: whatever is still wanted is tried under the new configuration.
    for (const handler of suspects) {
      if (isBeside(handler.key)) parts.bar(handler.registration, false);
      trials.add(handler);
    }
    parts.lookAtAll();
  };

  const trials = createTrials((waiting) => stillWanted(parts, away, waiting), judge);
  const doubts = createDoubts(parts.clock, parts.board, (doubtful) => {
    for (const handler of doubtful) trials.add(handler);
    void trials.start();
  });

  return {
    admit(world, before) {
      away.use(world, before);
      takeBackProblems(parts, away, doubts);
      return away.permitted();
    },
    renew(world) {
      away.renew(world);
      return away.permitted();
    },
    check(keys, kept) {
      const ours = situation().world.desired.handlers.filter((h) => keys.has(h.key));
      for (const handler of [...ours, ...kept]) {
        const line = lineOf(handler);
        if (!trials.isUnderWay(line) && !doubts.has(line)) trials.add(handler);
      }
      return trials.start();
    },
    settled: trials.settled,
    close() {
      closed = true;
      trials.close();
      doubts.close();
    },
  };
}

/** Those of which nothing is known yet, as the world in force has them. */
function stillWanted(
  { canaries }: GuardParts,
  away: TakenBack,
  waiting: readonly Handler[],
): readonly Handler[] {
  return waiting.filter(canaries.isNew).flatMap((h) => (isBeside(h.key) ? h : (away.wanted(h) ?? [])));
}

/** Tries native programs with and without the suspects; null where the world became another one meanwhile. */
async function tryOut(
  parts: GuardParts,
  away: TakenBack,
  apply: () => void,
  isClosed: () => boolean,
  suspects: readonly Handler[],
): Promise<Findings | null> {
  const mine = away.generation();
  const hands = handsOf(parts, away, apply, () => mine === away.generation() && !isClosed());
  const absent = suspects.filter(away.isOut);
  if (absent.length > 0) hands.back(absent);
  return findBricks(suspects, hands);
}

/** Of handlers that nobody wants any more there is nothing to say. */
function takeBackProblems({ board, isBarred }: GuardParts, away: TakenBack, doubts: Doubts): void {
  board.retract(({ code, subject }) => code === 'canary-failed' && !away.bars(subject) && !isBarred(subject));
  for (const handler of doubts.all())
    if (!isBeside(handler.key) && away.wanted(handler) === null) doubts.forget(lineOf(handler));
}

/** Notes what a trial found. */
function conclude(
  { canaries, board }: GuardParts,
  away: TakenBack,
  doubts: Doubts,
  { good, bad, unknown, left, why }: Findings,
): void {
  canaries.pass(good);
  for (const { handler, why: reason } of bad) {
    if (!isBeside(handler.key)) away.bar(handler);
    board.set('canary-failed', handler.registration.name, reason);
  }
  for (const handler of [...good, ...bad.map((one) => one.handler)]) doubts.forget(lineOf(handler));
  for (const handler of unknown) {
    const state = left.includes(handler) ? 'taken back until then' : 'registered meanwhile';
    doubts.add(handler, `${why}; ${state}`);
  }
}

function handsOf(
  { canaries, bar }: GuardParts,
  away: TakenBack,
  apply: () => void,
  current: () => boolean,
): Hands {
  return {
    trial: canaries.trial,
    current,
    out(suspects) {
      for (const handler of suspects) {
        const older = isBeside(handler.key) ? null : away.before(handler);
        canaries.takeBack(handler, older);
        // It has served until now, and is no news.
        if (older !== null) canaries.pass([older]);
        if (isBeside(handler.key)) bar(handler.registration, true);
        else away.setOut(handler, true);
      }
      apply();
    },
    back(suspects) {
      for (const handler of suspects) {
        if (!isBeside(handler.key)) {
          away.setOut(handler, false);
          continue;
        }
        bar(handler.registration, false);
        canaries.putBack(handler);
      }
      apply();
    },
  };
}
