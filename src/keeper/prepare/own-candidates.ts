import type { Config } from '../../core/config/config.ts';
import type { machinesOf } from '../../core/entries/machines.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import { readElfHeader } from '../../core/kernel/elf.ts';
import { canonicalFlags, type Matcher } from '../../core/kernel/registration.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces } from '../../host/system/facet.ts';
import { type Candidate, type HandlerInfo, standIn } from './candidate.ts';
import { judgePlace } from './elsewhere.ts';
import type { Gathered } from './platform-candidates.ts';
import type { Recalled } from './recall.ts';
import type { World } from './world.ts';

/** What it uses of the machine. */
type Host = Namespaces & Children & Places & Stores;

type OwnHandler = Config['handlers'][number];

/** The handlers that users write themselves, and what is wrong with them; one after the other, a path may hang. */
export async function ownCandidates(
  machine: Host,
  handlers: readonly OwnHandler[],
  recalled: (wanted: Handler) => Recalled | null,
  machines: Machines,
): Promise<GatheredOwn> {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const unready: Handler[] = [];
  const unmet: GatheredOwn['unmet'][number][] = [];
  for (const own of handlers) {
    const { made, problem } = await attempt(machine, own, machines);
    if (problem !== null) problems.push(problem);
    if (made !== null) {
      candidates.push(made);
      continue;
    }
    const wanted = wantedHandler(own);
    unready.push(wanted);
    const there = recalled(wanted);
    const older = there && problem && (await standIn(machine, wanted, there, problem, infoOf(own)));
    if (older !== null) candidates.push(older);
    else unmet.push({ target: own.name, platforms: [], why: problem?.detail ?? '' });
  }
  return { candidates, problems, unready, unmet };
}

/** What became of them, with those that there is nothing for. */
export interface GatheredOwn extends Gathered {
  readonly unmet: World['unmet'];
}

type Machines = ReturnType<typeof machinesOf>;

function infoOf({ check }: OwnHandler): HandlerInfo {
  return { version: null, probe: null, check: check ?? null };
}

/** Either a candidate, maybe with a remark, or why there is none. */
async function attempt(
  machine: Host,
  own: OwnHandler,
  machines: Machines,
): Promise<{ readonly made: Candidate | null; readonly problem: Problem | null }> {
  const reached = await machine.reach(textOf(own.interpreter), 2000);
  if (!reached.ok)
    return { made: null, problem: hung(own, reached.message, { MOUNTPOINT: reached.mountPoint }) };
  const place = own.flags.includes('F') ? await judgePlace(machine, own.interpreter, own.name) : null;
  if (place?.refused) return { made: null, problem: place.problem };
  const made = await inspected(machine, own, machines);
  if ('code' in made) return { made: null, problem: made };
  return { made, problem: place?.problem ?? null };
}

/** Its interpreter is used where it is, since only the user knows what it needs. */
async function inspected(machine: Host, own: OwnHandler, machines: Machines): Promise<Candidate | Problem> {
  const wanted = wantedHandler(own);
  const pinned = own.flags.includes('F');
  const found = await machine.inspectInterpreter(textOf(own.interpreter), { requireStatic: pinned });
  if (!found.ok) {
    if (found.code === 'interpreter-unreachable') return hung(own, found.message, found.values);
    const values = { ...found.values, NAME: own.name };
    return { code: found.code, subject: own.name, detail: found.message, values };
  }
  const misfit = otherMachine(own, found.header, machines);
  if (misfit !== null) return misfit;
  const interpreter = pinned ? { dev: found.dev, ino: found.ino, sha256: '' } : null;
  return { handler: { ...wanted, interpreter }, info: infoOf(own), header: found.header };
}

function hung(own: OwnHandler, detail: string, values: Problem['values']): Problem {
  return { code: 'hung-path', subject: own.name, detail, values: { PATH: own.interpreter, ...values } };
}

/** What another handler would have to run is refused anyway, lest it runs in circles. */
function otherMachine(own: OwnHandler, header: Uint8Array, { runsHere, nameOf }: Machines): Problem | null {
  const elf = readElfHeader(header);
  if (elf === null || runsHere(elf)) return null;
  const detail = `${textOf(own.interpreter)} is a program for ${nameOf(elf)}, which this machine does not run`;
  const values = { NAME: own.name, FILE: own.interpreter };
  return { code: 'interpreter-machine', subject: own.name, detail, values };
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
