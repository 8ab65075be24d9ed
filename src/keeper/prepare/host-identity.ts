import type { KernelVersion } from '../../core/kernel/kernel-version.ts';
import type { NativePrograms } from '../../core/native/acceptance.ts';
import { catalogue } from '../../core/platforms/catalogue.ts';

/** What this host is, found out once at start. */
export interface HostIdentity {
  readonly native: NativePrograms;
  readonly target: string;
  readonly runsNatively: readonly string[];
  readonly kernel: KernelVersion;
}

/** The catalogue's target for an ELF machine, such as the host's. */
export function targetOf(native: Pick<NativePrograms, 'machine' | 'class' | 'data'>): string | null {
  const row = catalogue.find(
    (a) => a.machine === native.machine && a.class === native.class && a.data === native.data,
  );
  return row?.target ?? null;
}
