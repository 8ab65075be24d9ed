import type { Logger } from '../../core/logger.ts';
import type { Verdict } from '../../core/plan/memory.ts';
import { isOlder } from '../../core/platforms/qemu-version.ts';
import type { ProblemCode } from '../../core/problems.ts';
import { calledOf, verifiedWords } from '../../core/report/log-words.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Rights } from '../../host/system/facet.ts';
import { generationOf, type Situation } from '../prepare/situation.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import type { View } from '../repair/repair.ts';
import { proofOf } from './prove.ts';
import { createVerifyQueue, type Verified } from './verify.ts';

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
/** A probe that failed is run again after this, then after twice as long each time, up to the usual interval. */
const againMs = 1000;

/** Makes a verification with no results. */
export function createVerification(parts: VerificationParts): Verification {
  const { machine, memory, board, logger, clock, situation } = parts;
  const results = new Map<string, Verified>();
  const retried = new Map<string, number>();
  const failures = new Map<string, { readonly waitMs: number; readonly cancel: Cancel }>();
  const stop = new AbortController();

  const viewOf = (key: string) =>
    situation()
      .repair.view()
      .handlers.find((v) => v.handler.key === key);

  const queue = (key: string): void => {
    const view = viewOf(key);
    const run = view === undefined ? null : proofOf({ machine, situation, signal: stop.signal }, view);
    if (stop.signal.aborted || view === undefined || run === null) return;
    verifier.add({ key, generation: generationOf(view), run });
  };

  const isUnderWay = (key: string): boolean => {
    const view = viewOf(key);
    return view !== undefined && verifier.runs(key, generationOf(view));
  };

  const onVerified = (verified: Verified): void => {
    const view = viewOf(verified.key);
    if (view === undefined || stop.signal.aborted) return;
    if (generationOf(view) !== verified.generation) {
      queue(verified.key);
      return;
    }
    const { verdict, tookMs } = verified.result;
    parts.probed(tookMs);
    note(view, verified);
    // Nothing was tried, so nothing follows; what was proved of this registration before holds.
    if (verdict === 'undecided') {
      tryAgain(verified.key);
      parts.changed();
      return;
    }
    if (view.state === 'foreign-ok') {
      const found = foreignVerdicts[verdict] ?? 'broken';
      if (found === 'untrusted') memory.doubts.set(verified.generation, verified.result.detail);
      else memory.doubts.delete(verified.generation);
      compareVersions(view, verified);
      if (memory.verdicts.get(verified.generation) !== found) {
        memory.verdicts.set(verified.generation, found);
        parts.look();
      }
    } else if (verdict === 'wrong-interpreter' && mayRetry(verified.key)) {
      memory.mistrusted.add(verified.key);
      parts.look();
    } else if (verdict === 'not-registered') parts.look();
    if (verdict === 'verified') forgive(verified.key);
    else tryAgain(verified.key);
    parts.changed();
  };

  /** What made it fail may be over without any event of the instance: memory that was short, somebody's brief entry. */
  const tryAgain = (key: string): void => {
    const before = failures.get(key);
    before?.cancel();
    const waitMs = Math.min((before?.waitMs ?? againMs / 2) * 2, situation().config.probe.interval);
    const again = (): void => {
      if (!parts.isPaused()) queue(key);
    };
    failures.set(key, { waitMs, cancel: clock.after(waitMs, again, 'idle') });
  };

  const forgive = (key: string): void => {
    failures.get(key)?.cancel();
    failures.delete(key);
  };

  const note = ({ handler, state }: View['handlers'][number], verified: Verified): void => {
    const { name } = handler.registration;
    const foreign = state === 'foreign-ok';
    const { verdict, detail, tookMs } = verified.result;
    const last = results.get(verified.key);
    const before = last?.result.verdict;
    if (verdict === 'undecided') {
      if (last?.generation !== verified.generation) results.set(verified.key, verified);
      board.set(problemOf[verdict], name, detail);
      return;
    }
    results.set(verified.key, verified);
    const told = verdict === 'verified' && before !== 'verified';
    for (const [v, code] of Object.entries(problemOf))
      board.set(code, name, v === verdict ? detail : null, told);
    if (verdict === before) return;
    if (verdict === 'untrusted')
      logger.warn(
        { event: 'not-proved', handler: name, verdict },
        `${calledOf(handler, name)} is not run: ${detail}`,
      );
    // Any other proof that failed is a problem, which the board logs.
    if (verdict !== 'verified') return;
    const version = foreign ? null : (situation().world.info.get(verified.key)?.version ?? null);
    const words = verifiedWords(calledOf(handler, name), tookMs, version);
    const fields = { event: 'verified', handler: name, tookMs: Math.round(tookMs * 1000) / 1000, version };
    logger.info(fields, before === undefined ? words : `${words}, as it was not before`);
  };

  /** Under another precedence somebody else's emulator may serve; people should know when it is older than ours. */
  const compareVersions = (view: View['handlers'][number], verified: Verified): void => {
    const ours = situation().world.info.get(verified.key)?.version ?? null;
    const theirs = verified.result.version ?? null;
    const older = ours !== null && theirs !== null && isOlder(theirs, ours);
    const detail = older ? `${view.foreign?.name} runs QEMU ${theirs}, ours is ${ours}` : null;
    board.set('older-foreign', view.handler.registration.name, detail);
  };

  const mayRetry = (key: string): boolean => {
    const now = clock.now();
    if (now - (retried.get(key) ?? -retryMs) < retryMs) return false;
    retried.set(key, now);
    return true;
  };

  const verifier = createVerifyQueue(clock, onVerified);
  void machine.confinement().then(({ lacks }) => {
    board.set('probe-privileged', 'probes', lacks?.curable === true ? lacks.why : null);
    if (lacks?.curable === false) logger.debug({ detail: lacks.why }, 'probes keep some of our rights');
  });
  return {
    queue,
    async all() {
      // What was begun a moment ago by a look is not run twice.
      for (const { key } of situation().world.desired.handlers) if (!isUnderWay(key)) queue(key);
      await verifier.idle();
    },
    idle: verifier.idle,
    resultOf: (key) => results.get(key),
    renew() {
      const { config, world } = situation();
      const kept = config.probe.enabled ? world.desired.handlers : [];
      const names = new Set(kept.map((h) => h.registration.name));
      for (const key of results.keys()) if (!kept.some((h) => h.key === key)) results.delete(key);
      for (const key of failures.keys()) forgive(key);
      board.retract((p) => ofProbes.has(p.code) && !names.has(p.subject));
    },
    close() {
      stop.abort();
      for (const key of failures.keys()) forgive(key);
    },
  };
}

const problemOf: Readonly<Record<Exclude<ProbeVerdict, 'verified' | 'untrusted'>, ProblemCode>> = {
  'not-registered': 'probe-not-registered',
  'interpreter-missing': 'probe-interpreter-missing',
  permission: 'probe-permission',
  killed: 'probe-killed',
  hung: 'probe-hung',
  'wrong-interpreter': 'probe-wrong-interpreter',
  'wrong-answer': 'probe-wrong-answer',
  undecided: 'probe-undecided',
};

const foreignVerdicts: Readonly<Partial<Record<ProbeVerdict, Verdict>>> = {
  verified: 'works',
  untrusted: 'untrusted',
};

/** Raised by what a probe found. */
const ofProbes: ReadonlySet<ProblemCode> = new Set(['older-foreign', ...Object.values(problemOf)]);
