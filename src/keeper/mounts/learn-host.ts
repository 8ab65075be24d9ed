import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { exitCodes } from '../../core/exit-codes.ts';
import { parseEntry } from '../../core/kernel/entry.ts';
import { matchesHeader } from '../../core/kernel/match.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import { sampleHeaders } from '../../core/platforms/catalogue-magic.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { NativeFiles, ProbeFiles } from '../../host/probe/facet.ts';
import type { Children } from '../../host/system/facet.ts';
import { type HostIdentity, targetOf } from '../prepare/host-identity.ts';
import type { SuitableHost } from './judge-host.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What it uses of the machine. */
type Host = Children & ProbeFiles & NativeFiles;

/** What this host is, and the programs that prove it. */
export interface Learned {
  readonly ok: true;
  readonly host: HostIdentity;
  readonly probes: ReadonlyMap<string, string>;
  /** Why there are no probes, so that nothing can be verified; null where there are. */
  readonly probeFault: string | null;
}

/**
 * Where probes lie: as files, without files where none can be written, without files in any case so that nothing is
 * changed.
 */
export type ProbePlace = 'files' | 'any' | 'nameless';

/** Learns what the host runs by itself, with an instance at hand whose entries do not meddle. */
export async function learnHost(
  machine: Host,
  config: Config,
  { architecture, kernel }: SuitableHost,
  instance: Pick<Instance, 'names' | 'read'>,
  place: ProbePlace = 'files',
): Promise<Learned | Refusal> {
  const native = { ...architecture, sibling: null };
  const target = targetOf(native);
  const { probes, runs, probeFault } = await nativeFacts(machine, config, { target, instance, place });
  if (target === null)
    return refuse(
      'no-kernel-support',
      `unknown host machine ${architecture.machine}`,
      exitCodes.notSupported,
    );
  const runsNatively = runs.filter((t) => t !== target);
  const sibling = siblings[target];
  const host: HostIdentity = {
    native: {
      ...native,
      sibling: sibling !== undefined && runs.includes(sibling.target) ? sibling : null,
      files: await machine.nativePrograms(architecture),
    },
    target,
    runsNatively,
    kernel,
  };
  return { ok: true, host, probes, probeFault };
}

/** What the facts are found with. */
interface Finding {
  readonly target: string | null;
  readonly instance: Pick<Instance, 'names' | 'read'>;
  readonly place: ProbePlace;
}

/** Which other programs run here without help is found out by running them; without probes nothing is known. */
async function nativeFacts(
  machine: Host,
  config: Config,
  { target, instance, place }: Finding,
): Promise<{ probes: ReadonlyMap<string, string>; runs: readonly string[]; probeFault: string | null }> {
  const faults: string[] = [];
  for (const write of placesFor(machine, config, target, place)) {
    try {
      const probes = await write();
      const candidates = new Map([...probes].filter(([one]) => twins[target ?? '']?.includes(one)));
      const runs = await machine.runsNatively(candidates, (t) => isFree(instance, t));
      return { probes, runs, probeFault: null };
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { probes: new Map(), runs: [], probeFault: faults.join('; ') };
}

/** Beside the store, or in the run directory where nothing can be written or executed there. */
function placesFor(
  machine: Host,
  config: Config,
  target: string | null,
  place: ProbePlace,
): readonly (() => Promise<ReadonlyMap<string, string>>)[] {
  const parents = place === 'nameless' ? [] : [parentOf(config.interpreters.store), runDirectory(config)];
  const files = parents.map((parent) => async () => {
    const reached = await machine.reach(parent, 2000);
    if (!reached.ok) throw new Error(reached.message);
    return machine.writeProbes(`${parent}/probes`, machine.probeTargets);
  });
  if (place === 'files' || target === null) return files;
  const wanted = place === 'nameless' ? (twins[target] ?? []) : machine.probeTargets;
  return [...files, () => machine.namelessProbes(wanted, target)];
}

/** Whether no entry takes programs of a target, so that only the kernel can run them. */
function isFree(instance: Pick<Instance, 'names' | 'read'>, target: string): boolean {
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

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
