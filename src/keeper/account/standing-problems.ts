import { dangerProblem } from '../../core/native/danger-problem.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Problem } from '../../core/problems.ts';
import { rescueLine } from '../../core/text/rescue.ts';
import type { Clock } from '../../host/system/clock.ts';
import type { Liveness } from '../alive/liveness.ts';
import type { Custody } from '../kept/custody.ts';
import type { MountKeeper } from '../mounts/mend-mounts.ts';
import type { Situation } from '../prepare/situation.ts';
import type { ContainerAccess } from '../prove/container-access.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { View } from '../repair/viewer.ts';

/** What such problems are found at. */
export interface StandingParts {
  readonly clock: Clock;
  readonly situation: Situation;
  readonly mounts: Pick<MountKeeper, 'problems' | 'describe'>;
  readonly custody: Pick<Custody, 'problems'>;
  readonly liveness: Pick<Liveness, 'problems'>;
  readonly access: Pick<ContainerAccess, 'problems'>;
  readonly memory: LiveMemory;
}

/** Problems that follow from how things are now, by what they were found at. */
export function standing(parts: StandingParts): readonly {
  readonly origin: string;
  readonly problems: readonly Problem[];
}[] {
  const { clock, situation, mounts, custody, liveness, access, memory } = parts;
  return [
    { origin: 'mounts', problems: mounts.problems() },
    { origin: 'kept', problems: custody.problems() },
    { origin: 'interpreters', problems: liveness.problems() },
    { origin: 'containers', problems: access.problems() },
    { origin: 'view', problems: seen(situation.repair.view(), situation, clock.now()) },
    { origin: 'danger', problems: endangered(situation, mounts) },
    { origin: 'doubts', problems: doubted(situation.repair.view(), memory) },
  ];
}

function seen(view: View, { repair }: Situation, now: number): Problem[] {
  const off: Problem[] = view.observed.enabled
    ? []
    : [{ code: 'status-zero', subject: 'status', detail: '0 was written to it; no handler works' }];
  const storms = repair
    .storms(now)
    .map((key): Problem => ({ code: 'heal-storm', subject: key, detail: '20 heals within 10 s' }));
  const shadowed = view.handlers
    .filter((v) => v.state === 'shadowed')
    .map((v): Problem => {
      const values = v.foreign === null ? {} : { NAME: v.foreign.name };
      return { code: 'shadowed', subject: v.handler.registration.name, detail: v.why, values };
    });
  const taken = view.handlers
    .filter((v) => v.taken)
    .map((v): Problem => {
      const detail = `somebody else registered ${v.entry?.interpreter || 'something'} under it`;
      const { name } = v.handler.registration;
      // A prefix is for platforms alone: an own handler has the name that its owner gave it.
      const prefix = prefixes.find((one) => !name.startsWith(one)) ?? '';
      const way = v.handler.platforms.length > 0 ? { PREFIX: prefix } : { OWN: `${name}-2` };
      return { code: 'name-taken', subject: name, detail, values: way };
    });
  return [...off, ...storms, ...shadowed, ...taken];
}

/** Where nothing can be started any more, this is all that people have: so it ends with what they have to type. */
function endangered({ config, repair, world }: Situation, mounts: StandingParts['mounts']): Problem[] {
  const { entries, enabled } = repair.view().observed;
  const { main, anchor } = config.mounts;
  const place = mounts.describe().main === 'binfmt' ? main : anchor;
  const found = entries.flatMap((entry) =>
    entry.enabled ? (dangerProblem(entry, world.desired.natives, enabled) ?? []) : [],
  );
  const told = found.slice(0, mostDangers).map((problem) => {
    const line = rescueLine(place, problem.subject);
    return { ...problem, detail: `${problem.detail}. To remove it: ${line}` };
  });
  const [rest] = found.slice(mostDangers);
  if (rest === undefined) return told;
  const detail = `${found.length - mostDangers} more; each is named once these are gone`;
  return [...told, { ...rest, subject: '', detail }];
}

/** What a prefix may be where another one is in use. */
const prefixes = ['keeper-', 'my-'];

/** The newest, which the kernel comes to first. A thousand lines of log at once would hold up healing. */
const mostDangers = 20;

/** It stays so however ours stand in front of it. */
function doubted({ observed }: View, memory: LiveMemory): Problem[] {
  return observed.entries.flatMap((entry) => {
    const detail = memory.doubts.get(identify(entry));
    return detail === undefined
      ? []
      : [{ code: 'untrusted-interpreter', subject: entry.name, detail } satisfies Problem];
  });
}
