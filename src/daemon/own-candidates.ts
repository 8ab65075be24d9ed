import type { Config } from '../core/config.ts';
import { sameRegistration } from '../core/custody.ts';
import type { Problem } from '../core/problems.ts';
import { canonicalFlags, type Matcher } from '../core/registration.ts';
import type { Machine } from '../host/machine.ts';
import { judgePlace } from './elsewhere.ts';
import { type Candidate, hungCandidate, type Recalled } from './recall.ts';

type OwnHandler = Config['handlers'][number];

/** The handlers that users write themselves, and what is wrong with them; one after the other, a path may hang. */
export async function ownCandidates(
  machine: Machine,
  handlers: readonly OwnHandler[],
  recalled: (name: string) => Recalled | null,
): Promise<{ readonly candidates: readonly Candidate[]; readonly problems: readonly Problem[] }> {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  for (const own of handlers) {
    const reached = await machine.reach(textOf(own.interpreter), 2000);
    if (!reached.ok) {
      problems.push({ code: 'hung-path', subject: own.name, detail: reached.message });
      candidates.push(...hung(own, recalled(own.name)));
      continue;
    }
    const place = own.flags.includes('F') ? await judgePlace(machine, own.interpreter, own.name) : null;
    if (place?.problem) problems.push(place.problem);
    if (place?.refused) continue;
    const made = await inspected(machine, own);
    if ('code' in made) problems.push(made);
    else candidates.push(made);
  }
  return { candidates, problems };
}

/** Where the file cannot be looked at, an entry that was made of the same line stays. */
function hung(own: OwnHandler, pinned: Recalled | null): Candidate[] {
  const wanted = { ...own, flags: canonicalFlags(own.flags) };
  if (pinned === null || !sameRegistration(pinned.registration, wanted)) return [];
  return [hungCandidate(pinned, { key: own.name, platforms: [], samples: sampleOf(own.matcher) }, null)];
}

/** Its interpreter is used where it is, since only the user knows what it needs. */
async function inspected(machine: Machine, own: OwnHandler): Promise<Candidate | Problem> {
  const flags = canonicalFlags(own.flags);
  const found = await machine.inspectInterpreter(textOf(own.interpreter), {
    requireStatic: flags.includes('F'),
  });
  if (!found.ok) {
    const code = found.code === 'interpreter-unreachable' ? 'hung-path' : found.code;
    return { code, subject: own.name, detail: found.message };
  }
  const { name, matcher } = own;
  const registration = { name, matcher, interpreter: own.interpreter, flags };
  const interpreter = flags.includes('F') ? { dev: found.dev, ino: found.ino, sha256: '' } : null;
  return {
    handler: { key: name, platforms: [], registration, interpreter, samples: sampleOf(matcher) },
    info: { version: null, probe: null },
    header: found.header,
  };
}

/** The header that shows an own magic handler at work: its magic, zeros elsewhere. */
function sampleOf(matcher: Matcher): readonly Uint8Array[] {
  if (matcher.kind === 'extension') return [];
  const header = new Uint8Array(256);
  matcher.magic.forEach((byte, i) => {
    header[matcher.offset + i] = byte & (matcher.mask[i] ?? 255);
  });
  return [header];
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
