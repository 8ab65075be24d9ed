import type { Config } from '../../core/config/config.ts';
import type { DropInRequest } from '../../core/drop-in/drop-in.ts';
import { type DropInStatus, printStatus, supportedPlatforms } from '../../core/drop-in/status.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { amd64Levels } from '../../core/platforms/amd64-levels.ts';
import { whyLasting } from '../../core/report/lasting.ts';
import type { Report } from '../../core/report/report.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import type { Opened } from '../../keeper/mounts/open.ts';
import { type Held, once, type Shot } from '../../keeper/once.ts';
import { loadConfig } from '../line/load-config.ts';
import { owns } from '../sandbox/owns.ts';
import { askToInstall, daemonReport } from './ask.ts';
import { configFor, environmentNotes, settingsOf, spellings } from './config.ts';
import { registerHere } from './install.ts';
import { policyOf } from './policy.ts';
import { purgeAll } from './purge.ts';
import { removeEntries, strangeRemovals } from './remove.ts';
import { seeStatus } from './status.ts';
import { misused, oneLine, say } from './words.ts';

/** Removes, registers and prints the JSON; 0 only where all that was asked for is so, and outlives this process. */
export async function act(request: DropInRequest): Promise<ExitCode> {
  if (!request.purge) return carry(request);
  const purged = await purgeAll(request);
  if (purged !== exitCodes.ok) return purged;
  const shown = await carry(request);
  // To look at platforms programs are written that prove them.
  const again = await purgeAll(request, () => {});
  return shown === exitCodes.ok ? again : shown;
}

async function carry(request: DropInRequest): Promise<ExitCode> {
  const loaded = await loadConfig(
    settingsOf(request, process.env),
    process.env,
    'trusted',
    spellings(request),
  );
  if (!loaded.ok) return misused(loaded.errors);
  const config = configFor(loaded.config, request);
  for (const note of [...request.notes, ...environmentNotes(process.env)]) say(note);
  const machine = await createMachine();
  const daemon = request.install === null ? null : await daemonReport(config);
  if (daemon !== null && hasWishes(request)) say(ownConfiguration);
  const direct = request.install !== null && daemon === null;
  const policy = await policyOf(machine, config, { owns: owns(), registers: direct });
  const done = await once(machine, config, policy, (held) =>
    carryOut({ machine, held, config, request, daemon }),
  );
  if (!done.ok) {
    say(oneLine({ code: done.code, subject: 'binfmt_misc', detail: done.detail }));
    return done.exit;
  }
  const { result, lasting, opened } = done;
  if ('misused' in result) return misused(result.misused);
  const lost = lasting?.lasts === false;
  // What surely ends with this process is not there for whoever reads the list.
  process.stdout.write(printStatus(lost && done.first ? nothingBut(machine, opened) : result.status));
  const failures = lost ? [...result.failures, `${lasting.why}. ${lasting.remedy}`] : result.failures;
  if (lasting?.lasts === true && lasting.unseen !== undefined)
    say(`the entries outlive this call: ${whyLasting(lasting)}`);
  for (const failure of failures) say(failure);
  return failures.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** A daemon has its own configuration, so flags that would change it here must not seem to work. */
const ownConfiguration =
  'a daemon runs, and works by its own configuration: flags and emulators of this call are not used';

function hasWishes({ credentials, preserveArgv0, sources }: DropInRequest): boolean {
  return credentials !== null || preserveArgv0 !== null || sources !== null;
}

/** The list without anything that is registered. */
function nothingBut(machine: Machine, opened: Opened): DropInStatus {
  const runs = new Set(natives(opened));
  const levels = amd64Levels(machine.cpuInfo());
  return { supported: supportedPlatforms(opened.host.target, runs, levels), emulators: [] };
}

function natives({ host }: Opened): readonly string[] {
  return [host.target, ...host.runsNatively];
}

/** What a request is carried out on. */
interface Scene {
  readonly machine: Machine;
  readonly held: Held;
  readonly config: Config;
  readonly request: DropInRequest;
  /** The daemon that is asked to register; null where that happens here. */
  readonly daemon: Report | null;
}

/** What is wrong with the line, with nothing changed; or sentences on what failed, and how things stand. */
type Outcome =
  | { readonly misused: readonly string[] }
  | { readonly failures: readonly string[]; readonly status: DropInStatus };

/** Where both happen here, registering comes first: what is removed and registered again is missing at no time. */
async function carryOut({ machine, held, config, request, daemon }: Scene): Promise<Shot<Outcome>> {
  const { install, remove } = request;
  const { instance } = held.opened;
  const strange = strangeRemovals(instance, remove);
  if (strange.length > 0) return { result: { misused: strange }, made: false, proof: null };
  const here = install !== null && daemon === null;
  const installed = here ? await registerHere({ machine, held, config, request }) : null;
  const failures = [...(installed?.failures ?? [])];
  const { store } = config.interpreters;
  const ours: ReadonlySet<string> = installed?.names ?? new Set();
  failures.push(...(await removeEntries({ instance, clock: machine.clock }, remove, ours, store)));
  if (install !== null && daemon !== null)
    failures.push(...(await askToInstall(config, install, natives(held.opened), say)));
  // What ran just now need not run again, unless something was taken away since.
  const ran = remove.length === 0 ? (installed?.ran ?? null) : null;
  const status = await seeStatus(machine, held.opened, config, ran ?? new Set());
  const proof = installed?.proof ?? null;
  return { result: { failures, status }, made: proof !== null || ours.size > 0, proof };
}
