import { exitCodes } from '../../core/exit-codes.ts';
import { neededDescriptors } from '../../core/kernel/descriptors.ts';
import {
  hasNamespacedInstances,
  type KernelVersion,
  parseKernelVersion,
} from '../../core/kernel/kernel-version.ts';
import type { Namespaces, Rights, System } from '../../host/system/facet.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What it uses of the machine. */
type Host = System & Namespaces & Rights;

/** A host on which a keeper can work. */
export interface SuitableHost {
  readonly ok: true;
  readonly architecture: ReturnType<Host['hostArchitecture']>;
  readonly kernel: KernelVersion;
  /** In the initial user namespace, whose instance is the host's. */
  readonly initial: boolean;
}

/** Whether this host and process are any good for a keeper, before anything is touched. */
export function judgeHost(machine: Host): SuitableHost | Refusal {
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
  return { ok: true, architecture, kernel, initial };
}
