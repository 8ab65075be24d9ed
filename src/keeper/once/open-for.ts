import type { Config } from '../../core/config/config.ts';
import type { Instances } from '../../host/instance/facet.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { NativeFiles, ProbeFiles } from '../../host/probe/facet.ts';
import type { Children, Namespaces, Rights, System, Timed } from '../../host/system/facet.ts';
import { type Opened, openHost } from '../mounts/open.ts';
import type { Refusal } from '../mounts/refusal.ts';
import type { OncePolicy } from './policy.ts';

/** What it uses of the machine. */
type Host = System & Namespaces & Timed & Children & Rights & Instances & Mounts & ProbeFiles & NativeFiles;

/**
 * Opens the instance with the mounts that the policy allows. Just to look (`main`): in a container with a /proc of its
 * own it is mounted nowhere yet; then at the usual place, and no anchor, for nothing is made that has to last.
 */
export async function openFor(
  machine: Host,
  config: Config,
  { owns, mounts, probes }: Pick<OncePolicy, 'owns' | 'mounts' | 'probes'>,
): Promise<Opened | Refusal> {
  const options = { owns, mayMount: mounts === 'all', ...(probes === undefined ? {} : { probes }) };
  const found = await openHost(machine, config, options);
  const mayMount = mounts === 'main' && (owns || machine.initialUserNamespace());
  if (found.ok || !mayMount || hopeless.has(found.code)) return found;
  const mounted = await machine.mountMain(config.mounts.main);
  return mounted.ok
    ? openHost(machine, config, options)
    : openHost(machine, config, { ...options, mayMount });
}

/** No mount helps against these. */
const hopeless: ReadonlySet<string> = new Set(['emulated-host', 'no-kernel-support']);
