import type { Logger } from '../../core/logger.ts';
import { type Healed, healedWords, some } from '../../core/report/log-words.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';

/** What happened to one entry. */
export interface HealEvent {
  /**
   * Why entries are written: they were lost, a new configuration renews them, they are not wanted any more or stop the host,
   * or they are aliases or the last resort, whose coming and going costs nobody anything.
   */
  readonly kind: 'healed' | 'renewed' | 'removed' | 'danger-removed' | 'aliased' | 'last-resort';
  readonly name: string;
  /** What people call it. */
  readonly called: string;
  readonly reason: string;
  readonly why: string;
  readonly goneMs: number;
}

/** Tells of heals in the log: what happens within a moment and for the same reason is one line. */
export interface HealLines {
  /** `wanted`: how many handlers there are. */
  add(event: HealEvent, wanted: number): void;
  /** Writes what waits. */
  flush(): void;
}

/** Others delete one entry after the other while we heal, so that one blow reaches us in several looks. */
const togetherMs = 100;

/** Makes one that has nothing to tell. */
export function createHealLines(logger: Logger, clock: Clock): HealLines {
  const waiting = new Map<string, { events: HealEvent[]; wanted: number }>();
  let later: Cancel | null = null;

  const flush = (): void => {
    later?.();
    later = null;
    const groups = [...waiting.values()];
    waiting.clear();
    for (const { events, wanted } of groups) write(logger, events, wanted);
  };

  return {
    add(event, wanted) {
      const key = `${event.kind} ${event.reason}`;
      const group = waiting.get(key);
      if (group === undefined) waiting.set(key, { events: [event], wanted });
      else {
        group.events.push(event);
        group.wanted = wanted;
      }
      later ??= clock.after(togetherMs, flush, 'idle');
    },
    flush,
  };
}

function write(logger: Logger, events: readonly HealEvent[], wanted: number): void {
  const [first] = events;
  if (first === undefined) return;
  const { kind, reason } = first;
  const names = [...new Set(events.map((e) => e.name))];
  const called = [...new Set(events.map((e) => e.called))];
  const goneMs = Math.max(...events.map((e) => e.goneMs));
  const whys = [...new Set(events.map((e) => e.why).filter((why) => why !== ''))];
  const fields = {
    event: kind,
    ...(names.length === 1 ? { handler: names[0] } : { handlers: names }),
    reason,
    why: whys.join('; '),
    ...(kind === 'healed' ? { goneMs } : {}),
    ...(kind === 'healed' && events.length > 1 ? { eachMs: events.map((e) => e.goneMs) } : {}),
  };
  const healed: Healed = { reason, called, count: events.length, goneMs, wanted };
  if (kind === 'danger-removed')
    logger.warn(fields, `removed ${some(called)}, which stopped programs of the host: ${whys[0] ?? ''}`);
  else logger.info(fields, kind === 'healed' ? healedWords(healed) : otherWords(first, called, whys));
}

function otherWords({ kind, reason }: HealEvent, called: readonly string[], whys: readonly string[]): string {
  if (kind === 'aliased' && reason === 'missing')
    return `registered ${some(called)} beside ours, for those who look for such names`;
  if (kind === 'last-resort') return `registered ${some(called)}, which explain what nobody serves`;
  return `${kind === 'aliased' ? 'renewed' : kind} ${some(called)}: ${reasonOf(reason, whys)}`;
}

function reasonOf(reason: string, whys: readonly string[]): string {
  const [why] = whys;
  return reasons.get(reason) ?? why ?? reason;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['leftover', 'not wanted any more'],
  ['steps-aside', 'somebody else serves'],
]);
