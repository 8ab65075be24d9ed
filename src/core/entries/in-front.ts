import type { Entry } from '../kernel/entry.ts';
import { isLastResort } from '../kernel/last-resort.ts';
import { hides, overlaps } from '../kernel/match.ts';
import type { Matcher } from '../kernel/registration.ts';
import type { Problem, ProblemCode } from '../problems.ts';
import type { Values } from '../text/typed.ts';
import { matchText, takenBy } from './matches.ts';
import { meetings } from './meetings.ts';
import type { OwnerSigns } from './owner.ts';

/**
 * Who stands in front of whom among all entries: the kernel looks at the newest first, and takes the first enabled one that
 * fits. Told is whoever has nothing left, whoever has only a part left, and both of them of whoever takes it.
 */
export function findHidden(
  entries: readonly Entry[],
  signs: Pick<OwnerSigns, 'ours'>,
): ReadonlyMap<Entry, readonly Problem[]> {
  const found = new Map<Entry, Problem[]>();
  const tell = (code: ProblemCode, of: Entry, detail: string, front: Entry): void => {
    const list = found.get(of) ?? [];
    // Some of a hundred say enough.
    if (list.length < mostTold)
      found.set(of, [...list, { code, subject: of.name, detail, values: valuesOf(front) }]);
  };
  const tellBoth = (front: Entry, behind: Entry, whole: boolean): void => {
    const ours = signs.ours(front) !== null;
    // Their order is the keeper's own affair.
    if (ours && signs.ours(behind) !== null) return;
    if (whole && ours)
      tell(
        'entry-covered',
        behind,
        `${front.name}, which the keeper registered, serves all its files`,
        front,
      );
    else {
      const part = whole ? 'all its files' : `its files that match ${matchText(front)} as well`;
      const code = whole ? 'entry-hidden' : 'entry-overlapped';
      tell(code, behind, `${front.name} stands in front of it and takes ${part}`, front);
    }
    const taken = `it stands in front of ${behind.name} and takes ${whole ? 'all' : 'some'} of its files`;
    if (!ours) tell('entry-in-front', front, taken, front);
  };
  const hiddenBy = new Map<Entry, Entry>();
  for (const { front, behind } of meetings(entries.filter((e) => e.enabled && !isLastResort(e)))) {
    if (hiddenBy.has(behind)) continue;
    const whole = front.matcher !== null && behind.matcher !== null && hides(front.matcher, behind.matcher);
    // What is hidden itself takes nothing: whoever hides it does.
    const taker = hiddenBy.get(front) ?? front;
    if (whole) hiddenBy.set(behind, taker);
    else if (taker !== front || !isTold(front, behind)) continue;
    if (matters(taker, behind)) tellBoth(taker, behind, whole);
  }
  return found;
}

const mostTold = 4;

/** Where both run the same in the same way it is all one which of them stands in front. */
function matters(front: Entry, behind: Entry): boolean {
  return front.interpreter !== behind.interpreter || front.flags !== behind.flags;
}

/** Where a pair asks for nothing in common, such as a name and bytes, files that fit both are chance. */
function isTold({ matcher: a }: Entry, { matcher: b }: Entry): boolean {
  if (a?.kind !== 'magic' || b?.kind !== 'magic' || !overlaps(a, b)) return false;
  return a.mask.some((mask, at) => (mask & maskAt(b, a.offset + at)) !== 0);
}

function maskAt(of: Matcher & { readonly kind: 'magic' }, at: number): number {
  return of.mask[at - of.offset] ?? 0;
}

/** For remedies that remove what stands in front, or no longer keep it. */
function valuesOf(front: Entry): Values {
  const [first] = takenBy(front.matcher).keys();
  return first === undefined ? { NAME: front.name } : { NAME: front.name, PLATFORM: first.platform };
}
