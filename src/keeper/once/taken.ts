import { type ForeignJudgement, judgeForeign } from '../../core/drop-in/foreign.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { isTaken } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { World } from '../prepare/world.ts';
import { proveForeign } from '../prove/prove.ts';
import type { LiveMemory } from '../record/memory.ts';
import { toEntry } from '../repair/observe.ts';
import type { RegisterParts } from './policy.ts';

/**
 * Decides on each entry of somebody else that has a name which is wanted; returns the keys of handlers whose place it
 * keeps. One that goes is noted as ours, so that the plan replaces it without a gap.
 */
export async function judgeTaken(
  parts: RegisterParts,
  world: World,
  desired: Desired,
  memory: LiveMemory,
): Promise<ReadonlySet<string>> {
  const { opened, policy, tell } = parts;
  const kept = new Set<string>();
  for (const handler of desired.handlers) {
    const { name } = handler.registration;
    const raw = opened.instance.read(name);
    if (raw === null) continue;
    const entry = toEntry(name, raw);
    if (!isTaken(handler, entry, desired, memory)) continue;
    const judged: ForeignJudgement = policy.replace(name)
      ? { keep: false, code: 'asked' }
      : await judge(parts, world, handler, entry);
    if (judged.keep) kept.add(handler.key);
    else memory.records.set(name, { id: raw.id, interpreter: null });
    tell({ kind: 'taken', entry, judged });
  }
  return kept;
}

async function judge(
  { machine, config }: RegisterParts,
  world: World,
  handler: Handler,
  entry: Entry,
): Promise<ForeignJudgement> {
  const info = world.info.get(handler.key);
  const file = info?.probe ?? null;
  const timeoutMs = config.probe.timeout;
  // What cannot be proven to work is not what was asked for.
  const proven = file === null ? null : await proveForeign(machine, handler, entry, { file, timeoutMs });
  if (proven === null) return { keep: false, code: 'no-probe' };
  const { verdict, detail, version = null } = proven;
  if (verdict === 'untrusted') return { keep: false, code: 'untrusted', detail };
  // Absence of proof is no proof of absence.
  if (verdict === 'undecided') return { keep: true, code: 'untried', detail };
  return judgeForeign({ flags: entry.flags, verdict, version, ours: info?.version ?? null });
}
