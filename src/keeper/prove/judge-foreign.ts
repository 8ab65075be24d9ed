import type { Verdict } from '../../core/plan/memory.ts';
import { isOlder } from '../../core/platforms/qemu-version.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';
import type { Situation } from '../prepare/situation.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import type { View } from '../repair/viewer.ts';
import type { Verified } from './verify.ts';

const foreignVerdicts: Readonly<Partial<Record<ProbeVerdict, Verdict>>> = {
  verified: 'works',
  untrusted: 'untrusted',
};

/** Remembers whether the entry of somebody else works; true where that is another verdict, so that the plan may change. */
export function judgeForeign(
  memory: LiveMemory,
  board: ProblemBoard,
  { world }: Situation,
  view: View['handlers'][number],
  { key, generation, result }: Verified,
): boolean {
  const found = foreignVerdicts[result.verdict] ?? 'broken';
  if (found === 'untrusted') memory.doubts.set(generation, result.detail);
  else memory.doubts.delete(generation);
  const older = olderThanOurs(result.version ?? null, world.info.get(key)?.version ?? null);
  board.set(
    'older-foreign',
    view.handler.registration.name,
    older === null ? null : `${view.foreign?.name} ${older}`,
  );
  if (memory.verdicts.get(generation) === found) return false;
  memory.verdicts.set(generation, found);
  return true;
}

/** Under another precedence somebody else's emulator may serve; people should know when it is older than ours. */
function olderThanOurs(theirs: string | null, ours: string | null): string | null {
  const older = ours !== null && theirs !== null && isOlder(theirs, ours);
  return older ? `runs QEMU ${theirs}, ours is ${ours}` : null;
}
