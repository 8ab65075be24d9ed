import { drawEntries } from '../../core/entries/draw.ts';
import { identify } from '../../core/plan/memory.ts';
import { isOurs } from '../../core/plan/ownership.ts';
import type { Problem } from '../../core/problems.ts';
import { problemsOfLook } from '../../core/report/looked.ts';
import { composeReport, isLost, type Report } from '../../core/report/report.ts';
import { rowAsServed } from '../../core/report/served.ts';
import type { Totals } from '../../core/report/totals.ts';
import type { Here } from '../../core/text/typed.ts';
import { version } from '../../core/version.ts';
import type { EntryKnowledge } from '../entries/knowledge.ts';
import type { Custody } from '../kept/custody.ts';
import type { MountKeeper } from '../mounts/mend-mounts.ts';
import { servingEntry } from '../prepare/situation.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import type { View } from '../repair/viewer.ts';
import {
  type HandlerSources,
  handlerReport,
  keptReport,
  probeReport,
  unmetReport,
} from './handler-reports.ts';
import { type StandingParts, standing } from './standing-problems.ts';

/** Where the account is drawn from. */
export interface AccountParts
  extends HandlerSources,
    Omit<StandingParts, 'mounts' | 'custody' | 'liveness' | 'access'> {
  readonly mounts: MountKeeper;
  readonly custody: Custody;
  readonly pid: number;
  readonly board: ProblemBoard;
  readonly knowledge: EntryKnowledge;
  /** Who only looks keeps nothing, so that what serves is what counts. */
  readonly passive: boolean;
  readonly totals: Totals;
  /** Architectures that the host runs by itself, its own first. */
  readonly native: readonly string[];
  readonly emulated: Report['emulated'];
  /** Unix time of the keeper's start, milliseconds. */
  readonly since: number;
  readonly paused: Report['paused'];
  readonly here: Here;
  /** A configuration is in force; before it nothing is wanted, which is not the same as having all that is wanted. */
  readonly begun: boolean;
  /** What the last resort told; null where there is none. */
  readonly unserved: Report['unserved'] | null;
}

/** Draws up the report: how things stand at this moment, in full. */
export function drawReport(parts: AccountParts): Report {
  const report = composed(parts);
  return parts.begun ? report : { ...report, ready: false, summary: 'starting: nothing is kept yet' };
}

function composed(parts: AccountParts): Report {
  const { situation, history, board, mounts, since } = parts;
  const { world, repair } = situation;
  const view = repair.view();
  const entries = entriesOf(view, parts);
  const handlers = rowsOf(view, parts, entries);
  const problems = once([...board.list(), ...world.problems, ...standing(parts).flatMap((s) => s.problems)]);
  return composeReport(
    {
      version,
      at: parts.clock.wall(),
      daemon: { pid: parts.pid, since, command: parts.here.command },
      paused: parts.paused,
      handlers,
      leftOut: world.leftOut,
      native: parts.native,
      problems: parts.passive ? problemsOfLook(problems, handlers) : problems,
      mounts: mounts.describe(),
      instance: { enabled: view.observed.enabled, foreign: foreignEntries(view, parts) },
      entries,
      emulated: parts.emulated,
      totals: parts.totals,
      heals: { total: history.total(), recent: history.recent() },
      ...(parts.unserved ? { unserved: parts.unserved } : {}),
    },
    parts.here,
  );
}

function entriesOf(view: View, { knowledge, verification }: AccountParts): Report['entries'] {
  const { observed } = view;
  const proved = new Map(knowledge.proved);
  for (const one of view.handlers) {
    const serving = servingEntry(one);
    const last = verification.resultOf(one.handler.key);
    if (serving === null || last?.generation !== identify(serving)) continue;
    proved.set(last.generation, { proof: probeReport(last), version: last.result.version ?? null });
  }
  const { signs, found } = knowledge;
  return drawEntries({ entries: observed.all ?? observed.entries, signs: signs(), proved, found: found() });
}

/** What is wanted, by what serves it: of a platform without a handler, and for one who looks of all that is lost. */
function rowsOf(view: View, parts: AccountParts, entries: Report['entries']): Report['handlers'] {
  const { world } = parts.situation;
  const wanted = view.handlers.map((v) => handlerReport(v, parts));
  return [
    ...wanted.map((row) => (parts.passive && isLost(row) ? rowAsServed(row, entries) : row)),
    ...world.unmet.map((u) => rowAsServed(unmetReport(u, parts), entries)),
    ...parts.custody.view().map((k) => keptReport(k, parts)),
  ];
}

/** All of ours concern us, so they are among the entries that were looked at closely. */
function foreignEntries({ observed }: View, { situation, memory }: AccountParts): number {
  const { desired } = situation.world;
  return observed.total - observed.entries.filter((entry) => isOurs(entry, desired, memory)).length;
}

/** The board has most of them already; before the first look it has none. */
function once(problems: readonly Problem[]): Problem[] {
  const byKey = new Map(problems.toReversed().map((p) => [`${p.code} ${p.subject}`, p]));
  return [...byKey.values()].reverse();
}
