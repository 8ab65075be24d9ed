import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import { sameRegistration } from '../../core/plan/custody.ts';
import { identify } from '../../core/plan/memory.ts';
import type { ForeignTrust } from '../../host/files/foreign-trust.ts';
import type { Place } from '../../host/mounts/place.ts';

/** Knows since when entries are as they are, and whether their interpreters are there. */
export interface Watches {
  /** That of an entry as it is now; a new one where it changed. */
  of(name: string, entry: Entry | null, now: number): Watch;
  /** False while nobody knows yet; `found` is called when the answer came. */
  isThere(watched: Watch, registration: Registration, now: number): boolean;
  /** Its file is of this version: what was answered of another one is asked again. */
  meet(watched: Watch, version: string): void;
  /** The last answer, where there is one that says that the interpreter cannot be used. */
  unusable(name: string): Answer | null;
  forget(name: string): void;
  clear(): void;
}

/** What watches need; `found` is called when an answer came that was waited for. */
export interface WatchesParts {
  readonly placeOf: (path: string) => Promise<Place>;
  readonly judgeForeign: (interpreter: string, flags: string) => Promise<ForeignTrust>;
  readonly found: () => void;
}

/** An interpreter that was gone is looked for again this often, milliseconds. */
export const lookAgainMs = 10_000;

/** What is known of one name beside the entry itself. Times are milliseconds of a monotonic clock. */
export interface Watch {
  readonly signature: string;
  readonly changedAt: number;
  check: Check | null;
  version: string | null;
}

/** Whether the interpreter of a registration is there; `why` null while nobody knows yet. */
interface Check {
  readonly registration: Registration;
  readonly at: number;
  answer: Answer | null;
}

/** What was found of it. */
export interface Answer {
  readonly good: boolean;
  readonly why: string;
  readonly untrusted?: boolean;
}

/** Knows nothing yet. */
export function createWatches(parts: WatchesParts): Watches {
  const watches = new Map<string, Watch>();
  return {
    of(name, entry, now) {
      const signature = entry === null ? '' : `${identify(entry)} ${entry.enabled}`;
      const known = watches.get(name);
      if (known?.signature === signature) return known;
      const fresh: Watch = { signature, changedAt: now, check: null, version: null };
      watches.set(name, fresh);
      return fresh;
    },
    isThere: (watched, registration, now) => isThere(parts, watched, registration, now),
    meet(watched, version) {
      if (watched.version !== version) watched.check = null;
      watched.version = version;
    },
    unusable(name) {
      const answer = watches.get(name)?.check?.answer;
      return answer?.good === false ? answer : null;
    },
    forget: (name) => void watches.delete(name),
    clear: () => watches.clear(),
  };
}

/** Where the file is must be known before: asking may take as long as a dead server does. */
function isThere(parts: WatchesParts, watched: Watch, registration: Registration, now: number): boolean {
  const { check } = watched;
  const fits = check !== null && sameRegistration(check.registration, registration);
  if (fits && (check.answer === null || check.answer.good || now - check.at < lookAgainMs))
    return check.answer?.good ?? false;
  const asked: Check = { registration, at: now, answer: fits ? check.answer : null };
  watched.check = asked;
  void judgeUsable(parts, registration).then((answer) => {
    asked.answer = answer;
    if (watched.check === asked) parts.found();
  });
  return false;
}

/** Whether a registration of somebody else can be made now. */
export async function judgeUsable(
  parts: Pick<WatchesParts, 'placeOf' | 'judgeForeign'>,
  registration: Registration,
): Promise<Answer> {
  const { interpreter, flags } = registration;
  const looks = [parts.placeOf(textOf(interpreter)), parts.judgeForeign(interpreter, flags)] as const;
  const [place, { distrust }] = await Promise.all(looks);
  return distrust === null ? usable(place, registration) : { good: false, why: distrust, untrusted: true };
}

/** Without `F` whoever executes resolves the path; what only the host has does no harm there. */
function usable(place: Place, registration: Registration): Answer {
  const pinned = registration.flags.includes('F');
  if (pinned) return { good: place.here && place.host !== 'elsewhere', why: place.why };
  return { good: place.here || place.host === 'elsewhere', why: place.why };
}
