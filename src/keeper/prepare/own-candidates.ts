import type { Config } from '../../core/config/config.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import { canonicalFlags, type Matcher } from '../../core/kernel/registration.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces } from '../../host/system/facet.ts';
import { type Candidate, standIn } from './candidate.ts';
import { judgePlace } from './elsewhere.ts';
import type { Gathered } from './platform-candidates.ts';
import type { Recalled } from './recall.ts';

/** What it uses of the machine. */
type Host = Namespaces & Children & Places & Stores;

type OwnHandler = Config['handlers'][number];

/** The handlers that users write themselves, and what is wrong with them; one after the other, a path may hang. */
export async function ownCandidates(
  machine: Host,
  handlers: readonly OwnHandler[],
  recalled: (wanted: Handler) => Recalled | null,
): Promise<Gathered> {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const unready: Handler[] = [];
  for (const own of handlers) {
    const { made, problem } = await attempt(machine, own);
    if (problem !== null) problems.push(problem);
    if (made !== null) {
      candidates.push(made);
      continue;
    }
    const wanted = wantedHandler(own);
    unready.push(wanted);
    const there = recalled(wanted);
    if (there === null || problem === null) continue;
    const older = await standIn(machine, wanted, there, problem, nothingKnown);
    if (older !== null) candidates.push(older);
  }
  return { candidates, problems, unready };
}

const nothingKnown = { version: null, probe: null };

/** Either a candidate, maybe with a remark, or why there is none. */
async function attempt(
  machine: Host,
  own: OwnHandler,
): Promise<{ readonly made: Candidate | null; readonly problem: Problem | null }> {
  const reached = await machine.reach(textOf(own.interpreter), 2000);
  if (!reached.ok)
    return { made: null, problem: { code: 'hung-path', subject: own.name, detail: reached.message } };
  const place = own.flags.includes('F') ? await judgePlace(machine, own.interpreter, own.name) : null;
  if (place?.refused) return { made: null, problem: place.problem };
  const made = await inspected(machine, own);
  if ('code' in made) return { made: null, problem: made };
  return { made, problem: place?.problem ?? null };
}

/** Its interpreter is used where it is, since only the user knows what it needs. */
async function inspected(machine: Host, own: OwnHandler): Promise<Candidate | Problem> {
  const wanted = wantedHandler(own);
  const pinned = own.flags.includes('F');
  const found = await machine.inspectInterpreter(textOf(own.interpreter), { requireStatic: pinned });
  if (!found.ok) {
    const code = found.code === 'interpreter-unreachable' ? 'hung-path' : found.code;
    return { code, subject: own.name, detail: found.message };
  }
  const interpreter = pinned ? { dev: found.dev, ino: found.ino, sha256: '' } : null;
  return { handler: { ...wanted, interpreter }, info: nothingKnown, header: found.header };
}

function wantedHandler({ name, matcher, interpreter, flags }: OwnHandler): Handler {
  return {
    key: name,
    platforms: [],
    registration: { name, matcher, interpreter, flags: canonicalFlags(flags) },
    interpreter: null,
    samples: sampleOf(matcher),
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
