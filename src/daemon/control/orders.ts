import {
  type Asked,
  afterInstall,
  afterUninstall,
  nothingAsked,
  withdrawn,
} from '../../core/config/asked.ts';
import { inTurn } from '../../core/in-turn.ts';
import { lackingEmulator } from '../../core/report/lacking.ts';
import type { Report } from '../../core/report/report.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  controlError,
  isSatisfied,
  type PurgedFiles,
  type Targets,
} from '../../core/wire/control.ts';
import type { Keeper } from '../../keeper/keeper.ts';
import type { AskedFile } from './asked-file.ts';

/** What orders need of the daemon; `reconfigure` applies the configuration in force anew, with what was asked. */
export interface OrderParts {
  readonly keeper: Keeper;
  readonly asked: AskedFile;
  readonly reconfigure: () => Promise<void>;
  /** Takes away what was deployed, mounted and remembered, and from now on keeps nothing there; `undo` ends that. */
  readonly purge: { run(): Promise<Purge>; undo(): Promise<void> };
  /** Whether the host runs programs of a target by itself: then there is nothing to install. */
  readonly isNative: (target: string) => boolean;
}

/** What a purge came to. */
interface Purge {
  readonly entries: { readonly removed: readonly string[]; readonly failed: readonly string[] };
  readonly files: PurgedFiles;
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
        return install(parts, change, order, progress);
      case 'uninstall':
        return order.purge === true ? queue(() => purge(parts)) : uninstall(keeper, change, order.targets);
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
  parts: OrderParts,
  change: Change,
  { targets: given, available = false }: Extract<Order, { readonly type: 'install' }>,
  progress: Progress,
): Promise<ControlAnswer> {
  const { keeper, isNative } = parts;
  if (keeper.isPaused())
    return controlError('paused', 'nothing is registered during a pause; say resume first');
  const targets = given === 'all' ? given : given.filter((target) => !isNative(target));
  if (given.length > 0 && targets.length === 0) return told(keeper, () => true);
  progress('deploying and registering');
  await parts.purge.undo();
  let before = nothingAsked;
  await change((asked) => {
    before = asked;
    return afterInstall(asked, targets);
  });
  const answer = await verify(keeper, targets, progress);
  if (answer.type !== 'report') return answer;
  const whole = targets === 'all' || targets.length === 0;
  if (whole)
    return { ...answer, ok: answer.ok && !answer.report.problems.some((p) => p.severity === 'error') };
  const lacking = available ? lackingEmulator(answer.report, targets) : [];
  if (lacking.length === 0) return answer;
  // A daemon that waited for these would not be ready any more.
  await change((asked) => withdrawn(asked, before, lacking));
  const there = targets.filter((target) => !lacking.includes(target));
  return { ...answer, ok: there.length > 0 && isSatisfied(answer.report, there) };
}

async function uninstall(keeper: Keeper, change: Change, targets: Targets): Promise<ControlAnswer> {
  const there = keeper.owned(targets);
  await change((before) => afterUninstall(before, targets));
  // a pause keeps repair from doing it
  const { failed } = keeper.remove(targets);
  return { type: 'removed', removed: there.filter((name) => !failed.includes(name)), failed };
}

/** What was asked is not written down: a daemon that starts after this one begins anew. */
async function purge({ keeper, asked, reconfigure, purge: { run } }: OrderParts): Promise<ControlAnswer> {
  const there = keeper.owned('all');
  asked.forget(afterUninstall(asked.current(), 'all'));
  await reconfigure();
  const { failed } = keeper.remove('all');
  const { entries, files } = await run();
  const removed = [...there, ...entries.removed].filter((name) => !failed.includes(name));
  return { type: 'removed', removed, failed: [...failed, ...entries.failed], purged: files };
}
