import type { Logger } from '../core/logger.ts';
import type { Problem } from '../core/problems.ts';
import type { ContainersReport } from '../core/report/report.ts';
import { formatDuration } from '../core/text/duration.ts';
import { afterServing, afterWord, holding, type Said, type Standing } from '../core/witness/standing.ts';
import type { WitnessResult } from '../core/witness/witness.ts';
import type { Cancel, Clock } from '../host/system/clock.ts';
import { isRequired } from './account.ts';
import { generationOf, type Situation, servingEntry } from './prepare/situation.ts';
import type { ContainerAccess } from './prove/container-access.ts';

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
  const standings = new Map<string, Standing>();
  let ending: Cancel = () => {};

  const views = (): readonly HandlerView[] => situation().repair.view().handlers;
  const refreshed = (view: HandlerView): Standing => {
    const { key } = view.handler;
    const now = clock.now();
    const file = fileOf(view, access.of(view).detail);
    const standing = afterServing(standings.get(key), generationOf(view), file, now);
    standings.set(key, standing);
    return standing;
  };
  const saidOf = (view: HandlerView): Said | null =>
    holding(refreshed(view), clock.now(), situation().config.readiness.witnessAge);

  const looked = (): void => {
    // What serves since now may be another file: nobody waits for the slow timer to learn whether it may be executed.
    if (views().some((view) => access.of(view).at === null)) void access.look();
    const keys = new Set(views().map((view) => refreshed(view) && view.handler.key));
    for (const key of standings.keys()) if (!keys.has(key)) standings.delete(key);
  };

  const tell = (view: HandlerView, before: Said | null, said: Said): void => {
    if (before?.verdict === said.verdict) return;
    const { key, platforms, registration } = view.handler;
    const fields = { event: 'witness', handler: registration.name, verdict: said.verdict };
    if (said.verdict !== 'fails')
      logger.info({ ...fields, detail: said.detail }, `${platforms[0] ?? key} verified for containers`);
  };

  /** What a witness said ends by itself, and no event tells of it. */
  const schedule = (): void => {
    ending();
    const { witnessAge } = situation().config.readiness;
    const began = [...standings.values()].flatMap(({ said }) => (said === null ? [] : [said.began]));
    const left = began.map((moment) => moment + witnessAge - clock.now()).filter((ms) => ms > 0);
    if (left.length === 0) return;
    ending = clock.after(
      Math.min(...left) + 10,
      () => {
        parts.changed();
        schedule();
      },
      'idle',
    );
  };

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
    looked,
    take(results) {
      const now = clock.now();
      let taken = false;
      for (const view of views()) {
        const result = results.find(({ target }) => target === view.handler.key);
        const before = refreshed(view);
        const standing = result === undefined ? null : afterWord(before, result, now);
        if (standing === null) continue;
        standings.set(view.handler.key, standing);
        if (standing.said !== null) tell(view, before.said, standing.said);
        taken = true;
      }
      if (!taken) return;
      schedule();
      parts.changed();
    },
    of(view) {
      const said = saidOf(view);
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
        const said = saidOf(view);
        if (said !== null && said.verdict !== 'fails') known.add(subject);
        if (said?.verdict === 'fails')
          problems.push({ code: 'witness-failed', subject, detail: said.detail });
        if (said === null && isAwaited(view) && servingEntry(view) !== null)
          problems.push({ code: 'witness-missing', subject, detail: silence(situation()) });
      }
      return [...access.problems().filter(({ subject }) => !known.has(subject)), ...problems];
    },
    close: () => ending(),
  };
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

/**
 * What is started for the files of a handler. Ours is known by its inode, so that a registration that was lost and came
 * back is the same matter; of what others registered nothing is known but the registration.
 */
function fileOf(view: HandlerView, judged: string): string {
  const serving = servingEntry(view);
  const { interpreter } = view.handler;
  if (view.state !== 'ok' || serving === null || interpreter === null) return generationOf(view) + judged;
  return `${serving.interpreter} ${interpreter.dev}:${interpreter.ino} ${judged}`;
}
