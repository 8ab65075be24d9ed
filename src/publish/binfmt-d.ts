import type { Config } from '../core/config/config.ts';
import { inTurn } from '../core/in-turn.ts';
import { textOf } from '../core/kernel/bytes.ts';
import type { Registration } from '../core/kernel/registration.ts';
import type { Desired } from '../core/plan/desired.ts';
import {
  type FilePlan,
  isPublished,
  planFiles,
  publicationOf,
  publishedDirectory,
  sparedNames,
  usualName,
} from '../core/plan/published.ts';
import type { Problem } from '../core/problems.ts';
import type { Declarations, Files, RunWrites } from '../host/files/facet.ts';
import type { Places } from '../host/mounts/facet.ts';

/** What it uses of the machine. */
type Host = Places & RunWrites & Files & Declarations;

/** Keeps our files in systemd's directory as the configuration wants them, beside repair and never in its way. */
interface BinfmtDPublisher {
  /** Writes what is missing or another, removes what is not wanted; a call made meanwhile comes after. */
  publish(config: Config, desired: Desired): Promise<void>;
  /** Removes our files, all of them or those of these targets. */
  withdraw(targets: readonly string[] | 'all'): Promise<void>;
}

/** Makes the publisher; `tell` gets everything that is wrong after each turn. */
export function createBinfmtDPublisher(
  machine: Host,
  tell: (problems: readonly Problem[]) => void,
): BinfmtDPublisher {
  const queue = inTurn();
  let standing: readonly Problem[] = [];
  /** Never rejects: whoever configures goes on without what could not be published. */
  const told = (job: () => Promise<readonly Problem[]>): Promise<void> =>
    queue(async () => tell(await job().catch((error) => [unpublished(publishedDirectory, String(error))])));

  return {
    publish: (config, desired) =>
      told(async () => {
        const { lines, faults } = config.publish.binfmtD ? publicationOf(desired) : nothing;
        const spared = config.publish.binfmtD ? sparedNames(desired) : new Set<string>();
        standing = [...faults, ...(await carryOut(machine, lines, config.interpreters.store, spared))];
        return standing;
      }),
    withdraw: (targets) =>
      told(async () => {
        const { dir, files } = await machine.readPublishedFiles();
        const named = targets === 'all' ? null : new Set(targets.map((t) => `${usualName(t)}.conf`));
        const ours = files.filter((f) => isPublished(f.text) && named?.has(f.name) !== false);
        const names = ours.map((f) => f.name);
        // What is wrong with the others is as wrong as before.
        return [...(targets === 'all' ? [] : standing), ...(await remove(machine, dir, names))];
      }),
  };
}

const nothing = { lines: [], faults: [] };

async function carryOut(
  machine: Host,
  lines: readonly Registration[],
  store: string,
  spared: ReadonlySet<string>,
): Promise<readonly Problem[]> {
  const { dir, files, fault } = await machine.readPublishedFiles();
  const plan = planFiles(lines, files, spared);
  if (fault !== null) return lines.length > 0 ? [unpublished(dir, fault)] : [];
  const elsewhere = lines.length > 0 ? await isElsewhere(machine, dir, store) : null;
  if (elsewhere !== null) return [unpublished(dir, elsewhere)];
  return [
    ...plan.taken.map((name) =>
      unpublished(`${dir}/${name}`, 'is a file of somebody else, which is left as it is'),
    ),
    ...(await write(machine, dir, plan.write)),
    ...(await remove(machine, dir, plan.remove)),
  ];
}

/** Systemd reads the host's directory, and opens the interpreters there. */
async function isElsewhere(machine: Host, dir: string, store: string): Promise<string | null> {
  for (const path of [dir, store]) {
    const place = await machine.placeOf(path);
    // What is to be made here would be made in the directory above.
    const found = place.here ? place : await machine.placeOf(path.slice(0, path.lastIndexOf('/')));
    if (found.here && found.host === 'elsewhere') return found.why;
  }
  return null;
}

async function write(machine: Host, dir: string, files: FilePlan['write']): Promise<readonly Problem[]> {
  for (const { name, text } of files) {
    const bytes = textOf(text);
    const outcome = await machine.saveFile(dir, name, bytes, 0o644);
    // What stops one of them stops them all.
    if (!outcome.ok) return [unpublished(dir, outcome.message)];
  }
  return [];
}

async function remove(machine: Host, dir: string, names: readonly string[]): Promise<readonly Problem[]> {
  const outcomes = await Promise.all(names.map((name) => machine.removeFile(`${dir}/${name}`)));
  return outcomes.flatMap((one) => (one.ok ? [] : [unpublished(dir, one.message)]));
}

function unpublished(subject: string, detail: string): Problem {
  return { code: 'binfmt-d-unpublished', subject, detail };
}
