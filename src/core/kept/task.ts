import type { Entry } from '../kernel/entry.ts';
import { type Judgement, registrationOf, sameRegistration } from '../plan/custody.ts';
import { type Handler, temporaryName } from '../plan/handler.ts';
import { replacementOf, type Step, type Task } from '../plan/task.ts';

/**
 * The task that does what is due for a kept entry. A stand-in under NAME.next is left by a crash only, or somebody
 * else's; ours is told by being the same line.
 */
export function keptTask(judgement: Judgement, entry: Entry | null, standIn: Entry | null): Task | null {
  const { registration, due, state, why } = judgement;
  if (registration === null) return null;
  const { name } = registration;
  const handler: Handler = {
    key: keptKey(name),
    platforms: [],
    registration,
    interpreter: null,
    samples: [],
  };
  const register: Step = { action: 'register', name, handler };
  const spare = temporaryName(handler);
  const seen = standIn && registrationOf(spare, standIn);
  const leftover: Step[] =
    standIn !== null && seen !== null && sameRegistration(seen, registration)
      ? [{ action: 'remove', name: spare, id: standIn.id }]
      : [];
  const common = { key: handler.key, why, needs: [] };
  if (due === 'restore') return { ...common, reason: 'missing', steps: [register, ...leftover] };
  if (entry === null) return null;
  if (due === 'enable')
    return { ...common, reason: 'disabled', steps: [{ action: 'enable', name, id: entry.id }] };
  if (due === 'replace') {
    const reason = state === 'stale' ? state : 'drifted';
    return { ...common, reason, steps: replacementOf(handler, entry, leftover) };
  }
  if (state !== 'ok' || leftover.length === 0) return null;
  return { ...common, reason: 'leftover', why: `${spare} is not wanted any more`, steps: leftover };
}

/** What heals of kept entries are counted under, apart from the targets of the catalogue. */
export function keptKey(name: string): string {
  return `kept:${name}`;
}

/** Whether a key is that of a kept entry. */
export function isKeptKey(key: string): boolean {
  return key.startsWith(keptKey(''));
}

/** The handlers that a task registers. */
export function handlersIn(task: Task): readonly Handler[] {
  return task.steps.flatMap((step) => (step.action === 'register' ? [step.handler] : []));
}
