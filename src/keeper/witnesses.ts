import type { Logger } from '../core/logger.ts';
import type { Problem } from '../core/problems.ts';
import type { ContainersReport } from '../core/report/report.ts';
import { formatDuration } from '../core/text/duration.ts';
import type { Said } from '../core/witness/standing.ts';
import type { WitnessResult } from '../core/witness/witness.ts';
import type { Clock } from '../host/system/clock.ts';
import { isRequired } from './account/required.ts';
import { type Situation, servingEntry } from './prepare/situation.ts';
import type { ContainerAccess } from './prove/container-access.ts';
import { createStandings } from './standings.ts';

/** What is known of ordinary containers, with what witnesses among them say: a word of theirs goes before a judgement. */
export interface Witnesses extends ContainerAccess {
  take(results: readonly WitnessResult[]): void;
  /** After each complete look: what serves may be something else. */
  looked(): void;
  close(): void;
}

/** What it works on. */
export interface WitnessesParts {
  readonly access: ContainerAccess;
  readonly situation: () => Situation;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What a witness says is another than before, or holds no more. */
  readonly changed: () => void;
  /** Somebody can tell us: a command that ends hears no witness, so it waits for none. */
  readonly hears: boolean;
}

type HandlerView = ReturnType<Situation['repair']['view']>['handlers'][number];

/** Nothing is known yet; it is kept in memory alone, so that after a start every witness has to speak anew. */
export function createWitnesses(parts: WitnessesParts): Witnesses {
  const { access, situation, logger, clock } = parts;
  const standings = createStandings(access, situation, clock, parts.changed);
  const views = (): readonly HandlerView[] => situation().repair.view().handlers;

  const isAwaited = (view: HandlerView): boolean => {
    const { config } = situation();
    const { key, platforms } = view.handler;
    const awaited = parts.hears && config.readiness.witness === 'required';
    return awaited && access.isDemanded(view) && isRequired(config, key, platforms.length > 0);
  };

  return {
    look: access.look,
    settled: access.settled,
    isDemanded: access.isDemanded,
    looked() {
      // What serves since now may be another file: nobody waits for the slow timer to learn whether it may be executed.
      if (views().some((view) => access.of(view).at === null)) void access.look();
      standings.keep(views());
    },
    take(results) {
      let taken = false;
      for (const view of views()) {
        const word = results.find(({ target }) => target === view.handler.key);
        const news = standings.take(view, word);
        if (news === null) continue;
        if (news.said !== null) tell(logger, view, news.before, news.said);
        taken = true;
      }
      if (!taken) return;
      standings.watchEnds();
      parts.changed();
    },
    of(view) {
      const said = standings.saidOf(view);
      if (said !== null) return reportOf(said, clock);
      const judged = access.of(view);
      if (judged.verdict !== 'may' || !isAwaited(view)) return judged;
      return { verdict: 'unknown', detail: 'no witness has seen it run', at: null };
    },
    problems() {
      const problems: Problem[] = [];
      const known = new Set<string>();
      for (const view of views().filter(access.isDemanded)) {
        const subject = view.handler.key;
        const said = standings.saidOf(view);
        if (said !== null && said.verdict !== 'fails') known.add(subject);
        if (said?.verdict === 'fails')
          problems.push({ code: 'witness-failed', subject, detail: said.detail });
        if (said === null && isAwaited(view) && servingEntry(view) !== null)
          problems.push({ code: 'witness-missing', subject, detail: silence(situation()) });
      }
      return [...access.problems().filter(({ subject }) => !known.has(subject)), ...problems];
    },
    close: standings.close,
  };
}

function tell(logger: Logger, { handler }: HandlerView, before: Said | null, said: Said): void {
  if (before?.verdict === said.verdict) return;
  const { key, platforms, registration } = handler;
  const fields = { event: 'witness', handler: registration.name, verdict: said.verdict };
  if (said.verdict !== 'fails')
    logger.info({ ...fields, detail: said.detail }, `${platforms[0] ?? key} verified for containers`);
}

function silence({ config }: Situation): string {
  return `none that holds for what serves now was told within ${formatDuration(config.readiness.witnessAge)}`;
}

function reportOf({ verdict, detail, began }: Said, clock: Clock): ContainersReport {
  const at = Math.round(clock.wall() - (clock.now() - began));
  return verdict === 'fails'
    ? { verdict: 'may-not', detail: `a witness: ${detail}`, at }
    : { verdict: 'verified', detail: `by a witness: ${detail}`, at };
}
