import type { Config } from '../../core/config/config.ts';
import type { Instances } from '../../host/instance/facet.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { NativeFiles, ProbeFiles } from '../../host/probe/facet.ts';
import type { Children, Namespaces, Rights, System, Timed } from '../../host/system/facet.ts';
import { judgeHost } from '../mounts/judge-host.ts';
import { learnHost } from '../mounts/learn-host.ts';
import { instancePath } from '../mounts/open.ts';
import type { Refusal } from '../mounts/refusal.ts';
import type { HostIdentity } from '../prepare/host-identity.ts';
import { unseenInstance } from './instance.ts';

/** What it uses of the machine. */
export type Openable = System &
  Namespaces &
  Timed &
  Children &
  Rights &
  Instances &
  Mounts &
  ProbeFiles &
  NativeFiles;

/** This host as it is now, and what of it could not be seen. */
export interface Seen {
  readonly ok: true;
  readonly instance: Instance;
  readonly host: HostIdentity;
  readonly probes: ReadonlyMap<string, string>;
  readonly unseen: readonly string[];
}

/** Opens what is mounted, and neither mounts nor writes anything; a refusal is one that a start would meet as well. */
export async function openToForesee(machine: Openable, config: Config): Promise<Seen | Refusal> {
  const suitable = judgeHost(machine);
  if (!suitable.ok) return suitable;
  const { instance, why } = await openMounted(machine, config);
  const learned = await learnHost(machine, config, suitable, instance, 'nameless');
  if (!learned.ok) {
    instance.close();
    return learned;
  }
  const { host, probes, probeFault } = learned;
  const barred = machine.mayAdminister()
    ? []
    : [
        'whether a start may mount and register here: that takes CAP_SYS_ADMIN, which this user does not have',
      ];
  const blind = `the entries of this host: ${why}. Names that are taken, adopted entries and what stands in front were not looked at`;
  const unproved = `which programs this host runs by itself beside its own kind: ${probeFault}`;
  const unseen = [...barred, ...(why === null ? [] : [blind]), ...(probeFault === null ? [] : [unproved])];
  return { ok: true, instance, host, probes, unseen };
}

/** An automount that nobody triggered stays so: looking into it would mount. */
async function openMounted(
  machine: Openable,
  { mounts }: Config,
): Promise<{ readonly instance: Instance; readonly why: string | null }> {
  const nothing = (why: string) => ({ instance: unseenInstance(machine.clock.now), why });
  const view = await machine.observeMounts(mounts);
  const path = instancePath(mounts, view);
  if (path === null)
    return nothing(
      view.main.kind === 'autofs'
        ? `binfmt_misc is mounted at ${mounts.main} once somebody looks into it`
        : `no binfmt_misc is mounted at ${mounts.main}`,
    );
  const doubt = await machine.distrust(path);
  if (doubt !== null) return nothing(`${path} cannot be trusted: ${doubt}`);
  const opened = machine.openInstance(path);
  return opened.ok ? { instance: opened.instance, why: null } : nothing(opened.message);
}
