import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import type { DropInRequest } from '../../core/drop-in/drop-in.ts';
import { isMeant } from '../../core/drop-in/removal.ts';
import { type DropInStatus, printStatus, supportedPlatforms } from '../../core/drop-in/status.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { whyLasting } from '../../core/report/lasting.ts';
import type { Report } from '../../core/report/report.ts';
import { nameHolder } from '../../daemon/loop/report-file.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import { type Opened, openHost } from '../../keeper/mounts/open.ts';
import { settle } from '../commands/lasting-shot.ts';
import { loadConfig } from '../line/load-config.ts';
import { owns } from '../sandbox/owns.ts';
import { askToInstall, daemonReport } from './ask.ts';
import { configFor, environmentNotes, inTheirWords, settingsOf } from './config.ts';
import { openToLook, takeLock } from './host.ts';
import { type Installed, installDirectly } from './install.ts';
import { removeEntries, strangeRemovals } from './remove.ts';
import { seeStatus } from './status.ts';
import { misused, oneLine, say } from './words.ts';

/** Removes, registers and prints the JSON; 0 only where all that was asked for is so, and outlives this process. */
export async function act(request: DropInRequest): Promise<ExitCode> {
  const loaded = await loadConfig(settingsOf(request, process.env), process.env);
  if (!loaded.ok) return misused(loaded.errors.map((e) => inTheirWords(e, request)));
  const config = configFor(loaded.config, request);
  for (const note of [...request.notes, ...environmentNotes(process.env)]) say(note);
  const machine = await createMachine();
  const daemon = request.install === null ? null : await daemonReport(config);
  const direct = request.install !== null && daemon === null;
  if (daemon !== null && hasWishes(request)) say(ownConfiguration);
  const mayMake = owns() || machine.initialUserNamespace();
  const before = direct ? await machine.holdersBefore(config.mounts, mayMake) : null;
  const opened = direct
    ? await openHost(machine, config, { owns: owns(), mayMount: true })
    : await openToLook(machine, config);
  if (!opened.ok) {
    say(oneLine({ code: opened.code, subject: 'binfmt_misc', detail: opened.detail }));
    return opened.exit;
  }
  let done: Done;
  let status: DropInStatus;
  try {
    const strange = strangeRemovals(opened.instance, request.remove);
    if (strange.length > 0) return misused(strange);
    done = await carryOut({ machine, opened, config, request, daemon });
    status = await seeStatus(machine, opened, config);
  } finally {
    opened.mounts.close();
    opened.instance.close();
  }
  const { made, proof } = done;
  const lasting = before !== null && made ? await settle(machine, config, before, false, proof) : null;
  const lost = lasting?.lasts === false;
  // What surely ends with this process is not there for whoever reads the list.
  process.stdout.write(printStatus(lost && before?.created === 'first' ? nothingBut(opened) : status));
  const failures = lost ? [...done.failures, `${lasting.why}. ${lasting.remedy}`] : done.failures;
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
function nothingBut(opened: Opened): DropInStatus {
  const runs = new Set(natives(opened));
  return { supported: supportedPlatforms(opened.host.target, runs), emulators: [] };
}

function natives({ host }: Opened): readonly string[] {
  return [host.target, ...host.runsNatively];
}

/** What a request is carried out on. */
interface Scene {
  readonly machine: Machine;
  readonly opened: Opened;
  readonly config: Config;
  readonly request: DropInRequest;
  /** The daemon that is asked to register; null where that happens here. */
  readonly daemon: Report | null;
}

/** Sentences on what failed, whether anything runs by entries, and a foreign program that did. */
interface Done {
  readonly failures: readonly string[];
  readonly made: boolean;
  readonly proof: string | null;
}

/** Where both happen here, registering comes first: what is removed and registered again is missing at no time. */
async function carryOut(scene: Scene): Promise<Done> {
  const { opened, config, request, daemon } = scene;
  const { install, remove } = request;
  const failures: string[] = [];
  const installed = install !== null && daemon === null ? await registerHere(scene) : null;
  if (installed !== null) failures.push(...installed.failures);
  const { store } = config.interpreters;
  const ours: ReadonlySet<string> = installed?.names ?? new Set();
  failures.push(...(await removeEntries(opened.instance, remove, ours, store, say)));
  if (install !== null && daemon !== null)
    failures.push(...(await askToInstall(config, install, daemon, natives(opened), say)));
  const proof = installed?.proof ?? null;
  return { failures, made: proof !== null || ours.size > 0, proof };
}

async function registerHere({ machine, opened, config, request }: Scene): Promise<Installed> {
  const { install, remove } = request;
  const claimed = await takeLock(machine, opened.instance, config);
  if (!claimed.ok && !claimed.held) {
    const { code, detail } = claimed;
    return { failures: [oneLine({ code, subject: 'binfmt_misc', detail })], names: new Set(), proof: null };
  }
  const beside = !claimed.ok;
  if (beside) {
    const holder = await nameHolder(machine, runDirectory(config), claimed.older);
    say(`another keeper serves this instance and does not answer (${holder}); registering beside it`);
  } else if (opened.kept) {
    // A one-shot that was seen at work has ended since, and may have taken its mounts along.
    opened.mounts.hold(false);
    await opened.mounts.mend('start');
  }
  const replace = (name: string): boolean => isMeant(remove, name);
  const lenient = install === 'platforms' || install === 'everything';
  return installDirectly({ machine, opened, config, lenient, replace, beside, say });
}
