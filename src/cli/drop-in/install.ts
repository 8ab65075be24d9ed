import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../core/config/config.ts';
import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { type Problem, problemCatalogue } from '../../core/problems.ts';
import type { Machine } from '../../host/machine.ts';
import type { Opened } from '../../keeper/mounts/open.ts';
import { createObtain } from '../../keeper/prepare/obtain.ts';
import { prepareWorld, type World } from '../../keeper/prepare/prepare.ts';
import { type CanaryWatch, createCanaryWatch } from '../../keeper/prove/canary.ts';
import { findBricks } from '../../keeper/prove/find-bricks.ts';
import { createMemory } from '../../keeper/record/memory.ts';
import { createRepair, type Repair } from '../../keeper/repair/repair.ts';
import { proveHandler } from './prove.ts';
import { judgeTaken } from './taken.ts';
import { oneLine, shortName } from './words.ts';

/** What a direct installation works on. */
export interface DirectInstall {
  readonly machine: Machine;
  readonly opened: Opened;
  /** With the platforms that are asked for, and `qemu-` as prefix of the names. */
  readonly config: Config;
  /** Architectures without an emulator are passed over: a word for all means all that there are. */
  readonly lenient: boolean;
  /** Entries that are to be removed: where one has a name of ours, ours takes its place without a gap. */
  readonly replace: (name: string) => boolean;
  /** A keeper serves the instance too: it keeps entries of its own in front, and fighting that would help nobody. */
  readonly beside: boolean;
  readonly say: (line: string) => void;
}

/** What became of it: sentences on what failed, none when every platform runs; and the names that are ours now. */
export interface Installed {
  readonly failures: readonly string[];
  readonly names: ReadonlySet<string>;
  /** A foreign program that ran; null where none did. */
  readonly proof: string | null;
}

/**
 * Registers once, beside whatever else is there: nothing is taken away but entries whose names we take, and those only
 * where `judgeForeign` says so. No prefix is reserved and no record read: the entries of earlier installations and of
 * a daemon are not leftovers of this one.
 */
export async function installDirectly(parts: DirectInstall): Promise<Installed> {
  const { machine, opened, config, beside, say } = parts;
  const { instance, host, probes } = opened;
  const world = await prepareWorld(machine, config, host, await createObtain(machine, config), probes);
  const failures = faultsOf(world, parts);
  const memory = createMemory();
  const desired: Desired = { ...world.desired, prefix: '', precedence: 'ours' };
  const kept = await judgeTaken(parts, world, desired, memory);
  const repair = createRepair(instance, desired, memory);
  const registered = await apply(repair, beside, failures);
  const canaries = createCanaryWatch(machine, instance, memory, []);
  const fresh = desired.handlers.filter((h) => registered.has(h.key));
  const takenBack = await tryNative(canaries, fresh, failures);
  const left = desired.handlers.filter((h) => !takenBack.has(h));
  let proof: string | null = null;
  for (const handler of left) {
    const proven = await proveHandler(
      { machine, config, world, repair, memory },
      handler,
      beside || kept.has(handler.key),
    );
    if (proven.ok) proof ??= world.info.get(handler.key)?.probe ?? null;
    if (proven.ok) say(`installing: ${shortName(handler.key)} OK: ${proven.why}`);
    else failures.push(`installing: ${shortName(handler.key)} failed: ${proven.why}`);
  }
  for (const { target, why: reason } of world.leftOut)
    if (config.platforms !== 'all') say(`installing: ${shortName(target)} OK: ${reason}`);
  const ours = left.filter((h) => !kept.has(h.key)).map((h) => h.registration.name);
  return { failures, names: new Set(ours), proof };
}

/** Runs native programs beside what was registered; what they do not run with is out again, and a failure. */
async function tryNative(
  canaries: CanaryWatch,
  fresh: readonly Handler[],
  failures: string[],
): Promise<ReadonlySet<Handler>> {
  const found = await findBricks(fresh, {
    trial: canaries.trial,
    current: () => true,
    out(suspects) {
      for (const h of suspects) canaries.takeBack(h, null);
    },
    back(suspects) {
      for (const h of suspects) canaries.putBack(h);
    },
  });
  if (found === null) return new Set();
  for (const { handler, why } of found.bad)
    failures.push(oneLine({ code: 'canary-failed', subject: handler.registration.name, detail: why }));
  for (const { registration } of found.unknown)
    failures.push(oneLine({ code: 'canary-undecided', subject: registration.name, detail: found.why }));
  return new Set([...found.bad.map((one) => one.handler), ...found.left]);
}

/** What could not be prepared, as failures; missing emulators are merely told where everything was asked for. */
function faultsOf({ problems, desired }: World, { lenient, say }: DirectInstall): string[] {
  const missing = lenient ? problems.filter((p) => p.code === 'source-missing') : [];
  if (missing.length > 0) say(`no emulator here for: ${missing.map((p) => shortName(p.subject)).join(', ')}`);
  const others = problems.filter((p) => !missing.includes(p));
  const isFault = (p: Problem): boolean => problemCatalogue[p.code].severity === 'error';
  for (const p of others.filter((one) => !isFault(one))) say(oneLine(p));
  // Where there is no emulator at all, nothing of what was asked for is there.
  const first = desired.handlers.length === 0 ? missing.slice(0, 1) : [];
  return [...others.filter(isFault), ...first].map((p) => `installing: ${oneLine(p)}`);
}

/**
 * Others may write at the same time, so a step can fail that succeeds on another look. Beside a keeper only what lacks
 * or differs is registered: who stands in front is for the keeper to say.
 */
async function apply(repair: Repair, beside: boolean, failures: string[]): Promise<ReadonlySet<string>> {
  const registered = new Set<string>();
  for (let left = tries; left > 0; left--) {
    const now = performance.now();
    const { results } = beside ? repair.own(now) : repair.full(now);
    for (const { task, registered: ids } of results)
      if (task.key !== null && ids.size > 0) registered.add(task.key);
    const failed = results.flatMap((r) => (r.failed === null ? [] : [{ key: r.task.key, ...r.failed }]));
    if (failed.length === 0) break;
    if (left === 1)
      for (const { key, message } of failed)
        failures.push(
          `installing: ${oneLine({ code: 'register-failed', subject: key ?? 'status', detail: message })}`,
        );
    await sleep(pauseMs);
  }
  return registered;
}

const tries = 4;
const pauseMs = 30;
