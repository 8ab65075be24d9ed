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

/** Learns what the host runs by itself, with an instance at hand whose entries do not meddle. */
export async function learnHost(
  machine: Host,
  config: Config,
  { architecture, kernel }: SuitableHost,
  instance: Instance,
): Promise<Learned | Refusal> {
  const native = { ...architecture, sibling: null };
  const { probes, runs, probeFault } = await nativeFacts(machine, config, targetOf(native), instance);
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

/**
 * Which other programs run here without help is found out by running them. Probes lie beside the store, or in the run
 * directory where nothing can be written or executed there; without either nothing is known.
 */
async function nativeFacts(
  machine: Host,
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

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
