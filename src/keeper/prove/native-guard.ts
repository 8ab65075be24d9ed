import type { Config } from '../../core/config/config.ts';
import { isKeptKey } from '../../core/kept/task.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Situation } from '../prepare/situation.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import { type CanaryWatch, lineOf } from './canary.ts';
import { type Findings, findBricks, type Hands } from './find-bricks.ts';
import { createTakenBack, type TakenBack } from './taken-back.ts';

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

/** What could not be tried is tried again after this many milliseconds, doubling up to a minute. */
const firstPauseMs = 1000;
const lastPauseMs = 60_000;

/**
 * Makes the guard of one keeper. Whatever a trial leaves open, that which served before goes on: the older entry while
 * native programs are tried without the new one, the new one where the host cannot try at all.
 */
export function createNativeGuard(parts: GuardParts): NativeGuard {
  const { canaries, board, clock, situation } = parts;
  const away = createTakenBack();
  /** By their lines. */
  const waiting = new Map<string, Handler>();
  const doubtful = new Map<string, Handler>();
  /** Under trial now: what comes and goes for its sake is no reason for another one. */
  const trying = new Set<string>();
  let closed = false;
  let running: Promise<void> | null = null;
  let later: Cancel | null = null;
  let pauseMs = firstPauseMs;

  const apply = (): void => {
    parts.use(situation().config, away.permitted());
    parts.lookAtAll();
  };

  const judge = async (suspects: readonly Handler[]): Promise<void> => {
    const mine = away.generation();
    const current = (): boolean => mine === away.generation() && !closed;
    const hands = handsOf(parts, away, apply, current);
    const absent = suspects.filter(away.isOut);
    if (absent.length > 0) hands.back(absent);
    const findings = await findBricks(suspects, hands);
    if (closed) return;
    if (findings !== null) return conclude(findings);
    // Configured anew meanwhile: whatever is still wanted is tried under the new configuration.
    for (const handler of suspects) {
      if (isKeptKey(handler.key)) parts.bar(handler.registration, false);
      waiting.set(lineOf(handler), handler);
    }
    parts.lookAtAll();
  };

  const conclude = ({ good, bad, unknown, left, why }: Findings): void => {
    canaries.pass(good);
    for (const { handler, why: reason } of bad) {
      if (!isKeptKey(handler.key)) away.bar(handler);
      board.set('canary-failed', handler.registration.name, reason);
    }
    for (const handler of [...good, ...bad.map((one) => one.handler)]) forget(lineOf(handler));
    for (const handler of unknown) {
      doubtful.set(lineOf(handler), handler);
      const state = left.includes(handler) ? 'taken back until then' : 'registered meanwhile';
      board.set('canary-undecided', handler.registration.name, `${why}; ${state}`);
    }
    if (bad.length > 0) apply();
    if (doubtful.size > 0) tryLater();
    else pauseMs = firstPauseMs;
    parts.changed();
  };

  const forget = (line: string): void => {
    const handler = doubtful.get(line);
    if (handler !== undefined) board.set('canary-undecided', handler.registration.name, null);
    doubtful.delete(line);
  };

  const tryLater = (): void => {
    if (later !== null || closed) return;
    const again = (): void => {
      later = null;
      for (const [line, handler] of doubtful) waiting.set(line, handler);
      void start();
    };
    later = clock.after(pauseMs, again, 'idle');
    pauseMs = Math.min(pauseMs * 2, lastPauseMs);
  };

  /** The suspects as the world in force has them. */
  const next = (): readonly Handler[] => {
    const all = [...waiting.values()].filter(canaries.isNew);
    waiting.clear();
    return all.flatMap((h) => (isKeptKey(h.key) ? h : (away.wanted(h) ?? [])));
  };

  const drain = async (): Promise<void> => {
    while (waiting.size > 0 && !closed) {
      const suspects = next();
      for (const handler of suspects) trying.add(lineOf(handler));
      if (suspects.length > 0) await judge(suspects).finally(() => trying.clear());
    }
  };

  const start = (): Promise<void> => {
    running ??= drain().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    admit(world, before) {
      away.use(world, before);
      board.retract(
        ({ code, subject }) => code === 'canary-failed' && !away.bars(subject) && !parts.isBarred(subject),
      );
      for (const [line, handler] of doubtful)
        if (!isKeptKey(handler.key) && away.wanted(handler) === null) forget(line);
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
        if (!trying.has(line) && !doubtful.has(line)) waiting.set(line, handler);
      }
      return start();
    },
    settled: () => running ?? Promise.resolve(),
    close() {
      closed = true;
      later?.();
    },
  };
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
        const older = isKeptKey(handler.key) ? null : away.before(handler);
        canaries.takeBack(handler, older);
        // It has served until now, and is no news.
        if (older !== null) canaries.pass([older]);
        if (isKeptKey(handler.key)) bar(handler.registration, true);
        else away.setOut(handler, true);
      }
      apply();
    },
    back(suspects) {
      for (const handler of suspects) {
        if (!isKeptKey(handler.key)) {
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
