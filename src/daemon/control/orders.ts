import { type Asked, afterInstall, afterUninstall } from '../../core/config/asked.ts';
import { inTurn } from '../../core/in-turn.ts';
import type { Report } from '../../core/report/report.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  controlError,
  isSatisfied,
  type Targets,
} from '../../core/wire/control.ts';
import type { Keeper } from '../../keeper/keeper.ts';
import type { AskedFile } from './asked-file.ts';

/** What orders need of the daemon; `reconfigure` applies the configuration in force anew, with what was asked. */
export interface OrderParts {
  readonly keeper: Keeper;
  readonly asked: AskedFile;
  readonly reconfigure: () => Promise<void>;
  /** Whether the host runs programs of a target by itself: then there is nothing to install. */
  readonly isNative: (target: string) => boolean;
}

/** A request that is carried out and answered once; `watch` belongs to the socket. */
export type Order = Exclude<ControlRequest, { readonly type: 'watch' }>;

type Progress = (text: string) => void;

/** Carries out one order. */
export type CarryOut = (order: Order, progress: Progress) => Promise<ControlAnswer>;

/** Changes what was asked for and applies it. */
type Change = (next: (before: Asked) => Asked) => Promise<void>;

/** Carries out what people ask of the running daemon; changes of what is kept one after the other. */
export function createOrders(parts: OrderParts): CarryOut {
  const { keeper, asked, reconfigure } = parts;
  const queue = inTurn();
  const change: Change = (next) =>
    queue(async () => {
      await asked.change(next(asked.current()));
      await reconfigure();
    });

  return async (order, progress) => {
    switch (order.type) {
      case 'status':
        await keeper.refresh();
        return told(keeper, (report) => report.ready);
      case 'probe':
        return verify(keeper, order.targets, progress);
      case 'install':
        return install(parts, change, order.targets, progress);
      case 'uninstall':
        return uninstall(keeper, change, order.targets);
      case 'pause':
        keeper.pause(order.forMs);
        return told(keeper, () => true);
      case 'resume':
        keeper.resume();
        return told(keeper, () => true);
    }
  };
}

function told(keeper: Keeper, ok: (report: Report) => boolean): ControlAnswer {
  const report = keeper.report();
  return { type: 'report', report, ok: ok(report) };
}

async function verify(keeper: Keeper, targets: Targets, progress: Progress): Promise<ControlAnswer> {
  const all = targets === 'all' || targets.length === 0;
  progress(all ? 'probing all' : `probing ${targets.join(', ')}`);
  await keeper.verify(all ? 'all' : targets);
  return told(keeper, (report) => isSatisfied(report, targets));
}

async function install(
  { keeper, isNative }: OrderParts,
  change: Change,
  given: Targets,
  progress: Progress,
): Promise<ControlAnswer> {
  if (keeper.isPaused())
    return controlError('paused', 'nothing is registered during a pause; say resume first');
  const targets = given === 'all' ? given : given.filter((target) => !isNative(target));
  if (given.length > 0 && targets.length === 0) return told(keeper, () => true);
  progress('deploying and registering');
  await change((before) => afterInstall(before, targets));
  const answer = await verify(keeper, targets, progress);
  const whole = targets === 'all' || targets.length === 0;
  if (answer.type !== 'report' || !whole) return answer;
  return { ...answer, ok: answer.ok && !answer.report.problems.some((p) => p.severity === 'error') };
}

async function uninstall(keeper: Keeper, change: Change, targets: Targets): Promise<ControlAnswer> {
  const there = keeper.owned(targets);
  await change((before) => afterUninstall(before, targets));
  // a pause keeps repair from doing it
  const { failed } = keeper.remove(targets);
  return { type: 'removed', removed: there.filter((name) => !failed.includes(name)), failed };
}
