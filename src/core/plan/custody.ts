import type { EntryText } from '../kernel/entry.ts';
import { type Registration, sameMatcher } from '../kernel/registration.ts';
import type { Declared } from './binfmt-d.ts';

/** An entry of somebody else that we keep alive under the name that its owner gave it. */
export interface Kept {
  /** Byte string. */
  readonly name: string;
  /** Named by `adopt`: kept as it was seen, whatever a file says. */
  readonly adopted: boolean;
  /** What a binfmt.d file declares under this name. */
  readonly declared: Declared | null;
  /** The file is ours: systemd registers it, and we only replace what it registered of an earlier one. */
  readonly published?: boolean;
}

/** What was seen of an adopted entry when it was good. */
export interface Adopted {
  readonly registration: Registration;
  /** Keys of our handlers that stood in front of it: where it comes back, it must not shadow them. */
  readonly behind: ReadonlySet<string>;
}

/** How things stand for a kept entry and what is due, once its owner has been quiet for long enough. */
export interface Judgement {
  readonly state: 'ok' | 'missing' | 'disabled' | 'drifted' | 'stale';
  readonly why: string;
  readonly due: 'nothing' | 'record' | 'restore' | 'enable' | 'replace';
  /** The registration to be recorded or made; null where nothing is known. */
  readonly registration: Registration | null;
}

/** So long a name must have been left alone before we touch it: its owner may be about to do so itself. Milliseconds. */
export const quietMs = 2000;

/**
 * Compares what is found under a kept name with what is known of it. An adopted entry is whatever its owner last
 * registered; a declared one is what its file says, and what the file said before (`former`) is replaced, but the line
 * of a third party is left alone. A published one is nobody's duty: only where it has an interpreter of ours (`isStored`) that
 * the file names no more is it replaced.
 */
export function judge(
  kept: Kept,
  record: Registration | null,
  former: readonly Registration[],
  found: EntryText | null,
  isStored: (interpreter: string) => boolean = () => false,
): Judgement {
  if (kept.published === true) return judgePublished(kept, found, isStored);
  const wanted = (kept.adopted ? record : null) ?? kept.declared?.registration ?? null;
  const common = { registration: wanted };
  if (found === null) {
    if (wanted === null) return { ...common, state: 'missing', why: 'was never seen', due: 'nothing' };
    return { ...common, state: 'missing', why: 'no entry', due: 'restore' };
  }
  const seen = registrationOf(kept.name, found);
  if (seen !== null && wanted !== null && sameRegistration(seen, wanted)) {
    if (!found.enabled) return { ...common, state: 'disabled', why: '0 was written to it', due: 'enable' };
    const due = kept.adopted && record === null ? 'record' : 'nothing';
    return { ...common, state: 'ok', why: '', due };
  }
  if (kept.adopted && seen !== null && found.enabled)
    return { state: 'ok', why: '', due: 'record', registration: seen };
  if (!found.enabled) return { ...common, state: 'disabled', why: 'was never seen in force', due: 'nothing' };
  if (kept.adopted) return { ...common, state: 'drifted', why: 'cannot be read', due: 'nothing' };
  const stale = seen !== null && former.some((one) => sameRegistration(one, seen));
  const why = `is not what ${kept.declared?.where ?? 'its file'} declares`;
  return { ...common, state: 'drifted', why, due: stale ? 'replace' : 'nothing' };
}

function judgePublished(
  { name, declared }: Kept,
  found: EntryText | null,
  isStored: (interpreter: string) => boolean,
): Judgement {
  const registration = declared?.registration ?? null;
  const ours = found !== null && isStored(found.interpreter);
  const seen = found && registrationOf(name, found);
  const right = seen !== null && registration !== null && sameRegistration(seen, registration);
  if (!ours || right || found?.enabled === false)
    return { registration, state: 'ok', why: '', due: 'nothing' };
  return { registration, state: 'drifted', why: 'is of an earlier file', due: 'replace' };
}

/** The registration that an entry's text shows; null where the text has parts that this version does not know. */
export function registrationOf(name: string, text: EntryText): Registration | null {
  const { matcher, interpreter, flags, unknown } = text;
  if (matcher === null || unknown.length > 0 || interpreter === '') return null;
  return { name, matcher, interpreter, flags };
}

/** Whether two registrations make the same entry, names left out. */
export function sameRegistration(a: Registration, b: Registration): boolean {
  return a.interpreter === b.interpreter && a.flags === b.flags && sameMatcher(a.matcher, b.matcher);
}
