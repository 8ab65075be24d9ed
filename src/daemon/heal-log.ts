import type { Logger } from 'pino';
import type { TaskResult } from './apply.ts';
import type { History } from './history.ts';
import type { World } from './prepare.ts';
import type { ProblemBoard } from './problem-board.ts';

/** Logs each heal in one line: what was lost, why, how long it was gone. */
export interface HealLog {
  /** `since`: when the event came that told of the losses, by the monotonic clock in milliseconds. */
  note(results: readonly TaskResult[], world: World, since: number, occasion: Occasion): void;
}

/** Why entries are written: at the start all is new, a new configuration renews, only the rest are losses. */
export type Occasion = 'start' | 'configure' | 'loss';

/** Binds the log, the history and the problems that a failed repair is. */
export function createHealLog(logger: Logger, history: History, board: ProblemBoard): HealLog {
  return {
    note(results, world, since, occasion) {
      for (const { task, failed, servingAt } of results) {
        const handler = world.desired.handlers.find((h) => h.key === task.key);
        const name = handler?.registration.name ?? subjectOf(task);
        board.set('register-failed', name, failed && `${failed.step.action}: ${failed.message}`);
        if (failed !== null || occasion === 'start') continue;
        const { reason, why } = task;
        const goneMs = Math.round(((servingAt ?? performance.now()) - since) * 1000) / 1000;
        if (reason === 'leftover' || reason === 'steps-aside') {
          logger.info({ handler: name, reason, why }, `removed ${name}: ${reason}`);
          continue;
        }
        if (occasion === 'configure') {
          logger.info({ handler: name, reason, why }, `renewed ${name}: ${reason}`);
          continue;
        }
        history.add({ at: Date.now(), key: task.key ?? '', name, reason, why, tookMs: goneMs });
        logger.info({ handler: name, reason, why, goneMs }, `healed ${name}: ${reason}`);
      }
    },
  };
}

/** The name of the entry that a task is about, not that of a stand-in. */
function subjectOf(task: TaskResult['task']): string {
  const made = task.steps.find((s) => s.action === 'register');
  if (made !== undefined) return made.handler.registration.name;
  return task.steps.flatMap((s) => ('name' in s ? [s.name] : []))[0] ?? 'status';
}
