import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { exitCodes } from '../../core/exit-codes.ts';
import type { MountRepair } from '../../core/report/log-words.ts';
import type { Instances } from '../../host/instance/facet.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { MountState, MountView } from '../../host/mounts/mounts.ts';
import type { NativeFiles, ProbeFiles } from '../../host/probe/facet.ts';
import type { Children, Namespaces, Rights, System, Timed } from '../../host/system/facet.ts';
import { createClaim } from './claim.ts';
import { judgeHost } from './judge-host.ts';
import { type Learned, learnHost, type ProbePlace } from './learn-host.ts';
import { createMountKeeper, type MountKeeper } from './mend-mounts.ts';
import { notOpened } from './not-opened.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What it uses of the machine. */
type Host = System & Namespaces & Timed & Children & Rights & Instances & Mounts & ProbeFiles & NativeFiles;

/** An opened instance with its mounts and what this host is. */
export interface Opened extends Learned {
  readonly instance: Instance;
  readonly mounts: MountKeeper;
  /** Another keeper has the instance, so that nothing was mounted: `mounts` are held. */
  readonly kept: boolean;
}

/**
 * Finds or makes the mounts, opens the instance and learns what the host runs by itself. In a user namespace other
 * than the initial one nothing is mounted unless asked (`owns`): the first mount there replaces the ancestor's
 * entries for good.
 */
export async function openHost(
  machine: Host,
  config: Config,
  options: { readonly owns: boolean; readonly mayMount: boolean; readonly probes?: ProbePlace },
  mended: () => void = () => {},
  told?: (repair: MountRepair) => void,
): Promise<Opened | Refusal> {
  const found = judgeHost(machine);
  if (!found.ok) return found;
  const ours = found.initial || options.owns;
  const mayMount = options.mayMount && ours;
  const mounts = createMountKeeper(machine, { ...config.mounts, mayMount }, mended, told);
  const kept = mayMount && (await isKept(machine, config));
  mounts.hold(kept);
  await mounts.mend('start');
  const doubt = await machine.distrust(config.mounts.main);
  const opened =
    doubt === null
      ? await openMounted(machine, config, mounts, ours)
      : refuse('instance-missing', `${config.mounts.main} cannot be trusted: ${doubt}`, exitCodes.failed);
  if (!opened.ok) {
    mounts.close();
    return opened;
  }
  const learned = await learnHost(machine, config, found, opened.instance, options.probes);
  if (!learned.ok) {
    mounts.close();
    opened.instance.close();
    return learned;
  }
  return { ...learned, instance: opened.instance, mounts, kept };
}

/**
 * Whether another keeper has the instance that can be seen here: then mounting is its affair, or it was asked to pause,
 * and whoever only waits for its end mounts nothing. The open descriptor keeps the entries alive meanwhile.
 */
async function isKept(machine: Host, config: Config): Promise<boolean> {
  const path = instancePath(config.mounts, await machine.observeMounts(config.mounts));
  const opened = path === null ? null : machine.openInstance(path);
  if (!opened?.ok) return false;
  const claimed = await createClaim(machine, opened.instance, runDirectory(config))();
  opened.instance.close();
  return !claimed.ok && claimed.held;
}

/**
 * Which of both mounts leads to the instance. The anchor, which others leave alone; but where it shows another
 * instance than the main mount does (a directory shared by a host whose user namespace is not ours), programs run by
 * the main one's.
 */
export function instancePath(
  places: { readonly main: string; readonly anchor: string },
  seen: MountView,
): string | null {
  const [main, anchor] = [deviceOf(seen.main), deviceOf(seen.anchor)];
  if (anchor === null || (main !== null && main !== anchor)) return main === null ? null : places.main;
  return places.anchor;
}

function deviceOf(state: MountState): string | null {
  return state.kind === 'binfmt' && !state.covered ? state.device : null;
}

async function openMounted(
  machine: Host,
  config: Config,
  mounts: MountKeeper,
  ours: boolean,
): Promise<{ ok: true; instance: Instance } | Refusal> {
  const { main } = config.mounts;
  const path = instancePath(config.mounts, await machine.observeMounts(config.mounts)) ?? main;
  const opened = machine.openInstance(path);
  if (opened.ok) return opened;
  if (!ours)
    return refuse(
      'foreign-namespace',
      `no binfmt_misc is mounted at ${main} in this user namespace`,
      exitCodes.notSupported,
    );
  const why = mounts.problems().map((p) => p.detail);
  const detail = why.length > 0 ? why.join('; ') : opened.message;
  if (machine.inSandbox()) return refuse('sandbox-unavailable', detail, exitCodes.notSupported);
  const { code, exit } = notOpened(mounts.faults(), opened);
  return refuse(code, detail, exit);
}
