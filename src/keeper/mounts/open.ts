import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { neededDescriptors } from '../../core/kernel/descriptors.ts';
import { parseEntry } from '../../core/kernel/entry.ts';
import { hasNamespacedInstances, parseKernelVersion } from '../../core/kernel/kernel-version.ts';
import { matchesHeader } from '../../core/kernel/match.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import { sampleHeaders } from '../../core/platforms/catalogue-magic.ts';
import type { ProblemCode } from '../../core/problems.ts';
import type { MountRepair } from '../../core/report/log-words.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Machine } from '../../host/machine.ts';
import type { MountState, MountView } from '../../host/mounts/mounts.ts';
import { type HostIdentity, targetOf } from '../prepare/prepare.ts';
import { createClaim } from './claim.ts';
import { createMountKeeper, type MountKeeper } from './mend-mounts.ts';
import { notOpened } from './not-opened.ts';

/** Why the keeper cannot work here: one problem and the exit code that it means. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly exit: ExitCode;
}

/** An opened instance with its mounts and what this host is. */
export interface Opened {
  readonly ok: true;
  readonly instance: Instance;
  readonly mounts: MountKeeper;
  /** Another keeper has the instance, so that nothing was mounted: `mounts` are held. */
  readonly kept: boolean;
  readonly host: HostIdentity;
  readonly probes: ReadonlyMap<string, string>;
  /** Why there are no probes, so that nothing can be verified; null where there are. */
  readonly probeFault: string | null;
}

/**
 * Finds or makes the mounts, opens the instance and learns what the host runs by itself. In a user namespace other
 * than the initial one nothing is mounted unless asked (`owns`): the first mount there replaces the ancestor's
 * entries for good.
 */
export async function openHost(
  machine: Machine,
  config: Config,
  options: { readonly owns: boolean; readonly mayMount: boolean },
  mended: () => void = () => {},
  told?: (repair: MountRepair) => void,
): Promise<Opened | Refusal> {
  const limit = machine.descriptorLimit();
  if (limit < neededDescriptors)
    return refuse(
      'too-few-descriptors',
      `this process may open ${limit} files, and ${neededDescriptors} are needed`,
      exitCodes.notSupported,
    );
  if (!machine.seesSystem())
    return refuse(
      'instance-missing',
      '/proc/sys is not to be seen: /proc is mounted with subset=pid (ProcSubset=pid)',
      exitCodes.failed,
    );
  const architecture = machine.hostArchitecture();
  if (architecture.emulated)
    return refuse('emulated-host', 'this process itself runs under emulation', exitCodes.notSupported);
  // Whoever opens proves; how to give up rights is tried meanwhile.
  void machine.confinement();
  const kernel = parseKernelVersion(machine.kernelRelease());
  if (kernel === null)
    return refuse(
      'no-kernel-support',
      `unknown kernel release ${machine.kernelRelease()}`,
      exitCodes.notSupported,
    );
  const initial = machine.initialUserNamespace();
  if (!initial && !hasNamespacedInstances(kernel))
    return refuse(
      'no-kernel-support',
      'a user namespace has no binfmt_misc of its own before Linux 6.7',
      exitCodes.notSupported,
    );
  const mayMount = options.mayMount && (initial || options.owns);
  const mounts = createMountKeeper(machine, { ...config.mounts, mayMount }, mended, told);
  const kept = mayMount && (await isKept(machine, config));
  mounts.hold(kept);
  await mounts.mend('start');
  const doubt = await machine.distrust(config.mounts.main);
  const opened =
    doubt === null
      ? await openMounted(machine, config, mounts, initial || options.owns)
      : refuse('instance-missing', `${config.mounts.main} cannot be trusted: ${doubt}`, exitCodes.failed);
  if (!opened.ok) {
    mounts.close();
    return opened;
  }
  const native = { ...architecture, sibling: null };
  const { probes, runs, probeFault } = await nativeFacts(machine, config, targetOf(native), opened.instance);
  const target = targetOf(native);
  if (target === null)
    return refuse(
      'no-kernel-support',
      `unknown host machine ${architecture.machine}`,
      exitCodes.notSupported,
    );
  const runsNatively = runs.filter((t) => t !== target);
  const sibling = siblings[target];
  const host: HostIdentity = {
    native: { ...native, sibling: sibling !== undefined && runs.includes(sibling.target) ? sibling : null },
    target,
    runsNatively,
    kernel,
  };
  return { ok: true, instance: opened.instance, mounts, kept, host, probes, probeFault };
}

/**
 * Whether another keeper has the instance that can be seen here: then mounting is its affair, or it was asked to pause,
 * and whoever only waits for its end mounts nothing. The open descriptor keeps the entries alive meanwhile.
 */
async function isKept(machine: Machine, config: Config): Promise<boolean> {
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
function instancePath(
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
  machine: Machine,
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

/**
 * Which other programs run here without help is found out by running them. Probes lie beside the store, or in the run
 * directory where nothing can be written or executed there; without either nothing is known.
 */
async function nativeFacts(
  machine: Machine,
  config: Config,
  host: string | null,
  instance: Instance,
): Promise<{ probes: ReadonlyMap<string, string>; runs: readonly string[]; probeFault: string | null }> {
  const faults: string[] = [];
  for (const parent of [parentOf(config.interpreters.store), runDirectory(config)]) {
    const reached = await machine.reach(parent, 2000);
    if (!reached.ok) {
      faults.push(reached.message);
      continue;
    }
    try {
      const probes = await machine.writeProbes(`${parent}/probes`, machine.probeTargets);
      const candidates = new Map([...probes].filter(([target]) => twins[host ?? '']?.includes(target)));
      return {
        probes,
        runs: await machine.runsNatively(candidates, (t) => isFree(instance, t)),
        probeFault: null,
      };
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { probes: new Map(), runs: [], probeFault: faults.join('; ') };
}

/** Whether no entry takes programs of a target, so that only the kernel can run them. */
function isFree(instance: Instance, target: string): boolean {
  const architecture = architectureOf(target);
  const headers = architecture === undefined ? [] : sampleHeaders(architecture);
  return instance.names().every((name) => {
    const matcher = parseEntry(instance.read(name)?.text ?? '')?.matcher ?? null;
    return matcher === null || !headers.some((header) => matchesHeader(matcher, header));
  });
}

/** Targets that some CPU and kernel of a host run as well; whether these do is found out by running them. */
const twins: Readonly<Record<string, readonly string[]>> = {
  x86_64: ['i386'],
  i386: ['x86_64'],
  aarch64: ['arm'],
  arm: ['aarch64'],
  mips64: ['mips'],
  mips: ['mips64'],
  mips64el: ['mipsel'],
  mipsel: ['mips64el'],
};

const siblings: Readonly<Record<string, { target: string; machine: number; class: 32 }>> = {
  x86_64: { target: 'i386', machine: 3, class: 32 },
  aarch64: { target: 'arm', machine: 40, class: 32 },
};

function refuse(code: ProblemCode, detail: string, exit: ExitCode): Refusal {
  return { ok: false, code, detail, exit };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
