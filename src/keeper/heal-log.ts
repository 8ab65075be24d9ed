import { isAliasKey } from '../core/kept/alias.ts';
import { isLastResortKey } from '../core/last-resort/lines.ts';
import type { Logger } from '../core/logger.ts';
import { calledOf } from '../core/report/log-words.ts';
import type { Clock } from '../host/system/clock.ts';
import type { World } from './prepare/world.ts';
import type { Availability } from './record/availability.ts';
import { createHealLines, type HealEvent, type HealLines } from './record/heal-lines.ts';
import type { History } from './record/history.ts';
import type { Occasion } from './record/occasion.ts';
import type { ProblemBoard } from './record/problem-board.ts';
import type { Counters } from './record/totals.ts';
import type { TaskResult } from './repair/apply.ts';

/** Logs heals: what was lost, why, how long it was gone; what was lost together is one line. */
export interface HealLog {
  /** `since`: when the event came that told of the losses, by the monotonic clock in milliseconds. */
  note(results: readonly TaskResult[], world: World, since: number, occasion: Occasion): void;
  /** Writes what waits for more of its kind. */
  flush(): void;
}

/** Who else hears of a heal: the history, the problems that a failed repair is, the counts. */
export interface HealHearers {
  readonly history: History;
  readonly board: ProblemBoard;
  readonly counters: Counters;
  readonly availability: Availability;
}

/** Binds the log and all who hear of a heal. */
export function createHealLog(
  logger: Logger,
  clock: Clock,
  { history, board, counters, availability }: HealHearers,
): HealLog {
  /** What could not be healed when it was tried last: it is tried again and again, and is no new loss each time. */
  const failing = new Set<string>();
  const lines = createHealLines(logger, clock);

  /**
   * Counts, and returns for how long it was gone: a loss may be older than the look that healed it. Leftovers and what
   * steps aside never served for us; a stale entry serves until it is replaced.
   */
  const account = (result: TaskResult, name: string, world: World, since: number, loss: boolean): number => {
    const { task, failed, servingAt } = result;
    const { desired } = world;
    if (removals.has(task.reason)) return 0;
    if (failed !== null) counters.failed(name, failed.code);
    const end = servingAt ?? clock.now();
    const hit = task.reason === 'status-zero' ? desired.handlers.map((h) => h.registration.name) : [name];
    let gone = end - since;
    let isNew = !failing.has(name);
    for (const one of hit) {
      if (loss || failed !== null)
        isNew = availability.down(one, task.reason === 'stale' ? end : since, loss) || isNew;
      if (failed === null) gone = Math.max(gone, availability.up(one, end));
    }
    if (loss && isNew && task.reason === 'missing') counters.gone(name, since, desired.handlers.length);
    if (failed === null) failing.delete(name);
    else failing.add(name);
    gone = Math.round(gone * 1000) / 1000;
    if (loss && failed === null) counters.healed(name, task.reason, gone);
    return gone;
  };

  return {
    flush: lines.flush,
    note(results, world, since, occasion) {
      for (const result of results) {
        const { task, failed } = result;
        if (isAliasKey(task.key) || isLastResortKey(task.key)) {
          (isAliasKey(task.key) ? noteAlias : noteLastResort)(lines, result, board);
          continue;
        }
        const handler = world.desired.handlers.find((h) => h.key === task.key);
        const name = handler?.registration.name ?? subjectOf(task);
        const goneMs = account(result, name, world, since, occasion === 'loss');
        board.set('register-failed', name, failed && `${failed.step.action}: ${failed.message}`);
        if (failed !== null || (occasion === 'start' && task.reason !== 'danger')) continue;
        const { reason, why } = task;
        const kind = kindOf(reason, occasion);
        if (kind === 'healed')
          history.add({ at: clock.wall(), key: task.key ?? '', name, reason, why, tookMs: goneMs });
        const called = calledOf(handler ?? { platforms: [] }, name);
        lines.add({ kind, name, called, reason, why, goneMs }, world.desired.handlers.length);
      }
    },
  };
}

/** What goes never served for us. */
const removals: ReadonlySet<string> = new Set(['leftover', 'steps-aside', 'danger']);

function kindOf(reason: string, occasion: Occasion): HealEvent['kind'] {
  if (reason === 'danger') return 'danger-removed';
  if (removals.has(reason)) return 'removed';
  return occasion === 'configure' ? 'renewed' : 'healed';
}

/** What becomes of an alias is no loss: its handler serves all the time. One that failed is tried again, and shown as it is. */
function noteAlias(lines: HealLines, { task, failed }: TaskResult): void {
  if (failed !== null) return;
  const { reason, why } = task;
  const name = subjectOf(task);
  const kind = reason === 'steps-aside' || reason === 'leftover' ? 'removed' : 'aliased';
  lines.add({ kind, name, called: name, reason, why, goneMs: 0 }, 0);
}

/** It serves nobody, so that nothing was lost. */
function noteLastResort(lines: HealLines, { task, failed }: TaskResult, board: ProblemBoard): void {
  const { reason, why } = task;
  const name = subjectOf(task);
  board.set('register-failed', name, failed && `${failed.step.action}: ${failed.message}`);
  const kind = removals.has(reason) ? 'removed' : 'last-resort';
  if (failed === null) lines.add({ kind, name, called: name, reason, why, goneMs: 0 }, 0);
}

/** The name of the entry that a task is about, not that of a stand-in. */
function subjectOf(task: TaskResult['task']): string {
  const made = task.steps.find((s) => s.action === 'register');
  if (made !== undefined) return made.handler.registration.name;
  return task.steps.flatMap((s) => ('name' in s ? [s.name] : []))[0] ?? 'status';
}
