import type { OwnCheck } from '../../core/config/own-check.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Logger } from '../../core/logger.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Problem, ProblemCode } from '../../core/problems.ts';
import { calledOf, verifiedWords } from '../../core/report/log-words.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';
import type { Situation } from '../prepare/situation.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import type { View } from '../repair/viewer.ts';
import type { Verified } from './verify.ts';

/** What probes found last, as data, as problems and in the log. */
export interface Results {
  of(key: string): Verified | undefined;
  note(view: View['handlers'][number], verified: Verified): void;
  /** Forgets what was found of all others. */
  keep(handlers: readonly Handler[]): void;
}

/** Nothing was found yet. */
export function createResults(board: ProblemBoard, logger: Logger, situation: () => Situation): Results {
  const results = new Map<string, Verified>();
  return {
    of: (key) => results.get(key),
    note(view, verified) {
      const { name } = view.handler.registration;
      const { verdict, detail } = verified.result;
      const last = results.get(verified.key);
      const before = last?.result.verdict;
      const check = situation().world.info.get(verified.key)?.check ?? null;
      const codes = codesOf(check);
      const values = valuesOf(view, check);
      if (verdict === 'undecided') {
        if (last?.generation !== verified.generation) results.set(verified.key, verified);
        board.set('probe-undecided', name, detail, false, values);
        return;
      }
      results.set(verified.key, verified);
      const told = verdict === 'verified' && before !== 'verified';
      const standing = codes[verdict] ?? null;
      for (const code of new Set(Object.values(codes)))
        board.set(code, name, code === standing ? detail : null, told, values);
      if (verdict !== before) tell(logger, situation(), view, verified, before !== undefined);
    },
    keep(handlers) {
      const names = new Set(handlers.map((h) => h.registration.name));
      for (const key of results.keys()) if (!handlers.some((h) => h.key === key)) results.delete(key);
      board.retract((p) => ofProbes.has(p.code) && !names.has(p.subject));
    },
  };
}

/** What remedies name: the file that is run, and the platform. */
function valuesOf({ handler }: View['handlers'][number], check: OwnCheck | null): Problem['values'] {
  const [command] = check?.command ?? [];
  if (command !== undefined) return { FILE: bytesOf(command) };
  return { PLATFORM: handler.key, FILE: handler.registration.interpreter };
}

/** Logs what is news; `again`: something else was found before. */
function tell(
  logger: Logger,
  { world }: Situation,
  { handler, state }: View['handlers'][number],
  { key, result: { verdict, detail, tookMs } }: Verified,
  again: boolean,
): void {
  const { name } = handler.registration;
  const isCheck = codesOf(world.info.get(key)?.check ?? null) === problemOfCheck;
  if (verdict === 'untrusted' && !isCheck)
    logger.warn(
      { event: 'not-proved', handler: name, verdict },
      `${calledOf(handler, name)} is not run: ${detail}`,
    );
  // Any other proof that failed is a problem, which the board logs.
  if (verdict !== 'verified') return;
  const version = state === 'foreign-ok' ? null : (world.info.get(key)?.version ?? null);
  const words = verifiedWords(calledOf(handler, name), tookMs, version);
  const fields = { event: 'verified', handler: name, tookMs: Math.round(tookMs * 1000) / 1000, version };
  logger.info(fields, again ? `${words}, as it was not before` : words);
}

type Codes = Readonly<Partial<Record<ProbeVerdict, ProblemCode>>>;

/** What is told of each verdict: a check is the user's own program, of which nothing else is known. */
function codesOf(check: OwnCheck | null): Codes {
  return check === null ? problemOf : problemOfCheck;
}

const problemOf: Codes = {
  'not-registered': 'probe-not-registered',
  'interpreter-missing': 'probe-interpreter-missing',
  permission: 'probe-permission',
  killed: 'probe-killed',
  hung: 'probe-hung',
  'wrong-interpreter': 'probe-wrong-interpreter',
  'wrong-answer': 'probe-wrong-answer',
  undecided: 'probe-undecided',
};

const problemOfCheck: Codes = {
  'not-registered': 'check-failed',
  'interpreter-missing': 'check-failed',
  permission: 'check-failed',
  killed: 'check-failed',
  'wrong-answer': 'check-failed',
  hung: 'check-hung',
  untrusted: 'check-untrusted',
  undecided: 'probe-undecided',
};

/** Raised by what a probe found. */
const ofProbes: ReadonlySet<ProblemCode> = new Set([
  'older-foreign',
  ...Object.values(problemOf),
  ...Object.values(problemOfCheck),
]);
