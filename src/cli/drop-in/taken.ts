import type { Config } from '../../core/config/config.ts';
import { judgeForeign } from '../../core/drop-in/foreign.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { isTaken } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Machine } from '../../host/machine.ts';
import type { Opened } from '../../keeper/mounts/open.ts';
import type { World } from '../../keeper/prepare/prepare.ts';
import type { LiveMemory } from '../../keeper/record/memory.ts';
import { toEntry } from '../../keeper/repair/observe.ts';
import { ownerOf, readable } from './words.ts';

/** What is looked at, and what is to make room in any case. */
interface TakenParts {
  readonly machine: Machine;
  readonly opened: Opened;
  readonly config: Config;
  readonly replace: (name: string) => boolean;
  readonly say: (line: string) => void;
}

/**
 * Decides on each entry of somebody else that has a name which is wanted; returns the keys of handlers whose place it
 * keeps. One that goes is noted as ours, so that the plan replaces it without a gap.
 */
export async function judgeTaken(
  parts: TakenParts,
  world: World,
  desired: Desired,
  memory: LiveMemory,
): Promise<ReadonlySet<string>> {
  const { machine, opened, config, replace, say } = parts;
  const kept = new Set<string>();
  for (const handler of desired.handlers) {
    const { name } = handler.registration;
    const raw = opened.instance.read(name);
    if (raw === null) continue;
    const entry = toEntry(name, raw);
    if (!isTaken(handler, entry, desired, memory)) continue;
    const asked = replace(name);
    const judged = asked
      ? { keep: false, why: 'its removal is asked for' }
      : await judge(machine, config, world, handler, entry);
    if (judged.keep) kept.add(handler.key);
    else memory.records.set(name, { id: raw.id, interpreter: null });
    const does = judged.keep ? 'keeping' : 'replacing';
    say(`${does} ${readable(name)} (${ownerOf(entry, desired.store)}): ${judged.why}`);
  }
  return kept;
}

async function judge(
  machine: Machine,
  config: Config,
  world: World,
  handler: Handler,
  { interpreter, flags }: Entry,
): Promise<{ readonly keep: boolean; readonly why: string }> {
  const info = world.info.get(handler.key);
  const file = info?.probe ?? null;
  // What cannot be proven to work is not what was asked for.
  if (file === null) return { keep: false, why: 'there is no probe that could prove it' };
  const timeoutMs = config.probe.timeout;
  const { distrust, sure } = await machine.judgeForeign(interpreter, flags);
  if (distrust !== null) return { keep: false, why: `it cannot be trusted: ${distrust}` };
  const task = { file, seesArgv0: false, expected: null, sure, asksVersion: true, timeoutMs };
  const control = Buffer.from(handler.registration.interpreter, 'latin1').toString();
  const { verdict, detail, version = null } = await machine.runControlled(task, control);
  // Absence of proof is no proof of absence.
  if (verdict === 'undecided') return { keep: true, why: `it could not be tried: ${detail}` };
  return judgeForeign({ flags, verdict, version, ours: info?.version ?? null });
}
