import { inTurn } from '../../core/in-turn.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Access } from '../../core/kernel/container-access.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { Problem } from '../../core/problems.ts';
import type { ContainersReport } from '../../core/report/report.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Clock } from '../../host/system/clock.ts';
import type { Namespaces } from '../../host/system/facet.ts';
import { type Situation, servingEntry } from '../prepare/situation.ts';

/** What it uses of the machine. */
type Host = Namespaces & Labels;

/** What is known of ordinary containers beside our own proofs: may they execute what serves? */
export interface ContainerAccess {
  /** Judges everything that serves now: a few system calls each, and next to nothing without SELinux. */
  look(): Promise<void>;
  /** Resolves when the look that is under way has ended. */
  settled(): Promise<void>;
  of(view: HandlerView): ContainersReport;
  /** Whether readiness waits for a good answer about this handler. */
  isDemanded(view: HandlerView): boolean;
  problems(): readonly Problem[];
}

/** What it works on. */
export interface ContainerAccessParts {
  readonly machine: Host;
  readonly clock: Pick<Clock, 'wall'>;
  readonly situation: () => Situation;
  /** Something is judged otherwise than before. */
  readonly changed: () => void;
  /** The label of a file of ours was good and is not any more: preparing again may put it right. */
  readonly worsened: () => void;
}

type HandlerView = ReturnType<Situation['repair']['view']>['handlers'][number];
interface Judged extends Access {
  readonly path: string;
  readonly at: number;
}

/** No event tells reliably of a label, so they are looked at again and again; the last answer for the same path counts. */
export function createContainerAccess(parts: ContainerAccessParts): ContainerAccess {
  const { machine, situation } = parts;
  const judged = new Map<string, Judged>();
  const queue = inTurn();
  let looking: Promise<void> = Promise.resolve();

  const lookNow = async (): Promise<void> => {
    const { changed, worsened } = await judgeAll(parts, judged);
    if (changed) parts.changed();
    if (worsened) parts.worsened();
  };

  const of = (view: HandlerView): ContainersReport => {
    if (!machine.usesSelinux) return { verdict: 'may', detail: nothingSpeaksAgainst, at: null };
    const known = judged.get(view.handler.key);
    if (known?.path !== pathOf(view))
      return { verdict: 'unknown', detail: 'its label has not been looked at yet', at: null };
    const { verdict, detail, at } = known;
    return { verdict, detail, at };
  };
  // Own handlers run what their users chose, and nobody outside sees what a sandbox registers.
  const isDemanded = (view: HandlerView): boolean =>
    situation().config.readiness.containers === 'required' &&
    architectureOf(view.handler.key) !== undefined &&
    !machine.inSandbox();

  return {
    of,
    isDemanded,
    look() {
      if (!machine.usesSelinux) return Promise.resolve();
      looking = queue(lookNow);
      return looking;
    },
    settled: async () => {
      let seen: Promise<void>;
      do {
        seen = looking;
        await seen;
      } while (seen !== looking);
    },
    problems() {
      const { handlers } = situation().repair.view();
      return handlers.filter(isDemanded).flatMap((view): Problem[] => {
        const { verdict, detail, at } = of(view);
        if (at === null || verdict === 'may' || verdict === 'verified') return [];
        const code = verdict === 'may-not' ? 'interpreter-label' : 'not-proven-for-containers';
        return [{ code, subject: view.handler.key, detail }];
      });
    },
  };
}

/** Judges what serves now into `judged`; what there is to tell of it. */
async function judgeAll(
  { machine, clock, situation }: ContainerAccessParts,
  judged: Map<string, Judged>,
): Promise<{ readonly changed: boolean; readonly worsened: boolean }> {
  const { config, repair } = situation();
  const { label, store } = config.interpreters;
  let [changed, worsened] = [false, false];
  for (const view of repair.view().handlers) {
    const { key, held } = view.handler;
    const path = pathOf(view);
    const before = judged.get(key);
    // Whoever touches a path that hangs waits; what was judged before it hung holds.
    if (held === true && before?.path === path) continue;
    const access = await machine.judgeLabel(path, path.startsWith(`${store}/`) ? label : 'auto');
    if (before?.path === path && before.verdict === access.verdict && before.detail === access.detail)
      continue;
    judged.set(key, { ...access, path, at: clock.wall() });
    changed = true;
    if (
      before?.path === path &&
      before.verdict === 'may' &&
      path === textOf(view.handler.registration.interpreter)
    )
      worsened = true;
  }
  return { changed, worsened };
}

const nothingSpeaksAgainst = 'no SELinux here';

/** The file that the entry which serves now was registered with; what we want to register where nothing serves. */
function pathOf(view: HandlerView): string {
  return textOf((servingEntry(view) ?? view.handler.registration).interpreter);
}
