import { inTurn } from '../../core/in-turn.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { lacksEmulator, type Problem, problemCatalogue } from '../../core/problems.ts';
import { createObtain } from '../prepare/obtain.ts';
import { prepareWorld } from '../prepare/prepare.ts';
import type { World } from '../prepare/world.ts';
import { createMemory } from '../record/memory.ts';
import { createRepair, type Repair } from '../repair/repair.ts';
import type { OnceFailure } from './events.ts';
import { tryNative } from './native.ts';
import type { RegisterParts } from './policy.ts';
import { proveHandler } from './prove.ts';
import { judgeTaken } from './taken.ts';

/** What became of it: no failures when every platform runs; and the names that are ours now. */
export interface Registered {
  readonly failures: readonly OnceFailure[];
  readonly names: ReadonlySet<string>;
  /** Platforms of which a program ran. */
  readonly ran: ReadonlySet<string>;
  /** A foreign program that ran; null where none did. */
  readonly proof: string | null;
}

/**
 * Registers once, beside whatever else is there: nothing is taken away but entries whose names we take, and those only
 * where `judgeForeign` says so. No prefix is reserved and no record read: the entries of earlier installations and of
 * a daemon are not leftovers of this one.
 */
export async function registerOnce(parts: RegisterParts): Promise<Registered> {
  const { machine, opened, config, policy, tell } = parts;
  const { instance, host, probes } = opened;
  const world = await prepareWorld(machine, config, host, await createObtain(machine, config), probes);
  const failures: OnceFailure[] = [...faultsOf(world, parts)];
  const memory = createMemory();
  const desired: Desired = { ...world.desired, prefix: '', precedence: 'ours' };
  const kept = await judgeTaken(parts, world, desired, memory);
  const repair = createRepair(instance, desired, memory);
  const registered = await register(parts, repair, failures);
  const fresh = desired.handlers.filter((h) => registered.has(h.key));
  const native = await tryNative({ machine, instance, memory }, fresh);
  failures.push(...native.failures);
  const left = desired.handlers.filter((h) => !native.out.has(h));
  let proof: string | null = null;
  const ran = new Set<string>();
  // Two at once, as a daemon does it; told in the order of the list.
  const lanes = [inTurn(), inTurn()];
  const proofs = left.map((handler, at) => {
    const others = policy.beside || kept.has(handler.key);
    const prove = () => proveHandler({ machine, config, world, repair, memory }, handler, others);
    return { handler, proving: lanes[at % lanes.length]?.(prove) ?? prove() };
  });
  for (const { handler, proving } of proofs) {
    const proven = await proving;
    if (proven.ok) proof ??= world.info.get(handler.key)?.probe ?? null;
    if (proven.ok && proven.by !== 'entry') ran.add(handler.key);
    if (proven.ok) tell({ kind: 'works', key: handler.key, proof: proven });
    else failures.push({ kind: 'fails', key: handler.key, proof: proven });
  }
  for (const what of world.leftOut) tell({ kind: 'left-out', what });
  const ours = left.filter((h) => !kept.has(h.key)).map((h) => h.registration.name);
  return { failures, names: new Set(ours), ran, proof };
}

/** What could not be prepared, as failures; missing emulators are merely told where the policy says so. */
function faultsOf({ problems, desired }: World, { policy, tell }: RegisterParts): readonly OnceFailure[] {
  const missing = policy.missing === 'told' ? problems.filter((p) => lacksEmulator.has(p.code)) : [];
  if (missing.length > 0) tell({ kind: 'missing', targets: missing.map((p) => p.subject) });
  const others = problems.filter((p) => !missing.includes(p));
  const isFault = (p: Problem): boolean => problemCatalogue[p.code].severity === 'error';
  for (const problem of others.filter((one) => !isFault(one))) tell({ kind: 'notice', problem });
  // Where there is no emulator at all, nothing of what was asked for is there.
  const first = desired.handlers.length === 0 ? missing.slice(0, 1) : [];
  return [...others.filter(isFault), ...first].map((problem) => ({ kind: 'not-ready', problem }));
}

/** Beside a keeper only what lacks or differs is registered: who stands in front is for the keeper to say. */
async function register(
  { machine: { clock }, policy }: RegisterParts,
  repair: Repair,
  failures: OnceFailure[],
): Promise<ReadonlySet<string>> {
  const registered = new Set<string>();
  for (let left = policy.patience.tries; left > 0; left--) {
    const now = clock.now();
    const { results } = policy.beside ? repair.own(now) : repair.full(now);
    for (const { task, registered: ids } of results)
      if (task.key !== null && ids.size > 0) registered.add(task.key);
    const failed = results.flatMap((r) => (r.failed === null ? [] : [{ key: r.task.key, ...r.failed }]));
    if (failed.length === 0) break;
    if (left === 1)
      for (const { key, message } of failed)
        failures.push({
          kind: 'not-registered',
          problem: { code: 'register-failed', subject: key ?? 'status', detail: message },
        });
    await clock.sleep(policy.patience.pauseMs);
  }
  return registered;
}
