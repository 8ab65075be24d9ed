import type { Logger } from '../../core/logger.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { Clock } from '../../host/system/clock.ts';
import type { Rights } from '../../host/system/facet.ts';
import { generationOf, type Situation } from '../prepare/situation.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import type { View } from '../repair/viewer.ts';
import { createFailures } from './failures.ts';
import { judgeForeign } from './judge-foreign.ts';
import { proofOf } from './prove.ts';
import { createResults } from './results.ts';
import { createVerifyQueue, type Verified, type VerifyQueue } from './verify.ts';

/** What it uses of the machine. */
type Host = Rights & Probes;

/** Proves handlers by execution, beside repair, and draws the consequences. */
export interface Verification {
  queue(key: string): void;
  /** Queues every handler whose probe does not run already; resolves when all that waits has run. */
  all(): Promise<void>;
  idle(): Promise<void>;
  resultOf(key: string): Verified | undefined;
  /** A configuration came into force: what was found of handlers that are not proved any more is forgotten. */
  renew(): void;
  close(): void;
}

/** What verification needs; `look` asks for a repair once a result has changed what should be. */
export interface VerificationParts {
  readonly machine: Host;
  readonly memory: LiveMemory;
  readonly board: ProblemBoard;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly situation: () => Situation;
  readonly look: () => void;
  readonly changed: () => void;
  readonly isPaused: () => boolean;
  readonly probed: (tookMs: number) => void;
}

/** A handler that ran under another interpreter than its entry names is registered anew, but not over and over. */
const retryMs = 60_000;

/** Makes a verification with no results. */
export function createVerification(parts: VerificationParts): Verification {
  const { machine, board, clock, situation } = parts;
  const results = createResults(board, parts.logger, situation);
  const mayRetry = sparingly(clock);
  const stop = new AbortController();

  const queue = (key: string): void => {
    const view = viewOf(situation(), key);
    const run = view === undefined ? null : proofOf({ machine, situation, signal: stop.signal }, view);
    if (stop.signal.aborted || view === undefined || run === null) return;
    verifier.add({ key, generation: generationOf(view), run });
  };

  const failures = createFailures(
    clock,
    () => situation().config.probe.interval,
    (key) => {
      if (!parts.isPaused()) queue(key);
    },
  );

  const onVerified = (verified: Verified): void => {
    const view = viewOf(situation(), verified.key);
    if (view === undefined || stop.signal.aborted) return;
    if (generationOf(view) !== verified.generation) return void queue(verified.key);
    const { verdict, tookMs } = verified.result;
    parts.probed(tookMs);
    results.note(view, verified);
    // Nothing was tried, so nothing follows; what was proved of this registration before holds.
    if (verdict !== 'undecided' && changesPlan(parts, view, verified, mayRetry)) parts.look();
    if (verdict === 'verified') failures.forgive(verified.key);
    else failures.tryAgain(verified.key);
    parts.changed();
  };

  const verifier = createVerifyQueue(clock, onVerified);
  tellConfinement(parts);
  return {
    queue,
    async all() {
      // What was begun a moment ago by a look is not run twice.
      for (const { key } of situation().world.desired.handlers)
        if (!isUnderWay(verifier, situation(), key)) queue(key);
      await verifier.idle();
    },
    idle: verifier.idle,
    resultOf: results.of,
    renew() {
      const { config, world } = situation();
      results.keep(
        config.probe.enabled ? world.desired.handlers.filter(({ key }) => isProvable(world, key)) : [],
      );
      failures.forgiveAll();
    },
    close() {
      stop.abort();
      failures.forgiveAll();
    },
  };
}

/** An own handler without a check is not proved any more. */
function isProvable({ info }: Situation['world'], key: string): boolean {
  return architectureOf(key) !== undefined || info.get(key)?.check != null;
}

function viewOf({ repair }: Situation, key: string): View['handlers'][number] | undefined {
  return repair.view().handlers.find((v) => v.handler.key === key);
}

function isUnderWay(verifier: VerifyQueue, situation: Situation, key: string): boolean {
  const view = viewOf(situation, key);
  return view !== undefined && verifier.runs(key, generationOf(view));
}

/** Whether what should be is something else now. */
function changesPlan(
  { memory, board, situation }: VerificationParts,
  view: View['handlers'][number],
  verified: Verified,
  mayRetry: (key: string) => boolean,
): boolean {
  const { verdict } = verified.result;
  if (view.state === 'foreign-ok') return judgeForeign(memory, board, situation(), view, verified);
  if (verdict !== 'wrong-interpreter' || !mayRetry(verified.key)) return verdict === 'not-registered';
  memory.mistrusted.add(verified.key);
  return true;
}

/** Answers yes once in `retryMs` for each key. */
function sparingly(clock: Pick<Clock, 'now'>): (key: string) => boolean {
  const retried = new Map<string, number>();
  return (key) => {
    const now = clock.now();
    if (now - (retried.get(key) ?? -retryMs) < retryMs) return false;
    retried.set(key, now);
    return true;
  };
}

/** Says what probes keep of our rights. */
function tellConfinement({ machine, board, logger }: VerificationParts): void {
  void machine.confinement().then(({ lacks }) => {
    board.set('probe-privileged', 'probes', lacks?.curable === true ? lacks.why : null);
    if (lacks?.curable === false) logger.debug({ detail: lacks.why }, 'probes keep some of our rights');
  });
}
