import type { Config } from '../../core/config/config.ts';
import { parentOf, runDirectory } from '../../core/config/run-directory.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { Purges, StateFile } from '../../host/files/facet.ts';
import type { Ours } from '../../host/files/purge.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { System } from '../../host/system/facet.ts';
import { toEntry } from '../repair/observe.ts';

/** What it uses of the machine. */
type Host = System & Mounts & Purges & StateFile;

/** What was taken away beside entries, and what was not. */
export interface Purged {
  readonly removed: readonly string[];
  readonly bytes: number;
  /** Files of others in our directories. */
  readonly left: readonly string[];
  readonly faults: readonly string[];
}

/** The stores that are or were ours on this boot, to be asked before the record of them goes. */
export async function storesOf(machine: Host, { interpreters, mounts }: Config): Promise<readonly string[]> {
  const { state } = await machine.loadState(runDirectory({ mounts }), machine.bootId());
  return [...new Set([interpreters.store, ...(state?.stores ?? []).map(textOf)])];
}

/** Takes away every entry, of whatever name, whose interpreter lies in one of these stores; names that could not go. */
export function removeStored(
  instance: Instance,
  stores: readonly string[],
): { readonly removed: readonly string[]; readonly failed: readonly string[] } {
  const removed: string[] = [];
  const failed: string[] = [];
  for (const name of instance.names()) {
    const raw = instance.read(name);
    if (raw === null) continue;
    const { interpreter } = toEntry(name, raw);
    if (!stores.some((store) => interpreter.startsWith(`${bytesOf(store)}/`))) continue;
    (instance.change(name, '-1', raw.id).ok ? removed : failed).push(name);
  }
  return { removed, failed };
}

/** Takes away the anchor, the deployed interpreters, the probes and what was remembered; nothing that others put there. */
export async function purgeFiles(
  machine: Host,
  config: Config,
  stores: readonly string[],
  listens = false,
): Promise<Purged> {
  const { anchor } = config.mounts;
  const faults: string[] = [];
  const { anchor: seen } = await machine.observeMounts(config.mounts);
  if (seen.kind === 'binfmt') {
    const detached = await machine.detach(anchor);
    if (!detached.ok) faults.push(detached.message);
  }
  const directories = [
    ...stores.flatMap((store): [string, Ours][] => [
      [store, storeOurs],
      [parentOf(store), besideStore],
    ]),
    [runDirectory(config), runOurs(anchor, listens)] as [string, Ours],
  ];
  const gone = [];
  for (const [dir, ours] of directories) gone.push(await machine.purgeDirectory(dir, ours));
  return {
    removed: [
      ...(seen.kind === 'binfmt' && faults.length === 0 ? [`the mount ${anchor}`] : []),
      ...gone.flatMap((g) => g.removed),
    ],
    bytes: gone.reduce((sum, g) => sum + g.bytes, 0),
    // Beside the store anything may lie.
    left: gone.flatMap((g, at) => (directories[at]?.[1] === besideStore ? [] : g.left)),
    faults: [...faults, ...gone.flatMap((g) => g.faults)],
  };
}

/** Matches no name. */
const none = /(?!)/;
const probes = { named: /^probes$/, files: /^probe\.\w+$/ };

/** Every file below a directory that is named like a hash. */
const storeOurs: Ours = {
  files: /^((manifest|hashes|used)\.json|lock)$/,
  directories: [{ named: /^[0-9a-f]{16}$/, files: /^/ }],
};

/** What it lies in is ours only by that name. */
const besideStore: Ours = { files: none, directories: [probes], goes: /\/binfmt-keeper$/ };

/** A daemon that goes on still listens on its sockets, and takes them away when it ends. */
function runOurs(anchor: string, listens: boolean): Ours {
  const name = anchor.slice(anchor.lastIndexOf('/') + 1).replace(/[^\w]/g, '\\$&');
  const place = { named: new RegExp(`^${name}$`), files: none };
  const state = /^((report|asked|history|state)\.json|state\.json\.bad-\d+)$/;
  if (listens) return { files: state, directories: [probes, place], ignored: /^(control\.sock|witness)$/ };
  return {
    files: new RegExp(`${state.source}|^control\\.sock$`),
    directories: [probes, place, { named: /^witness$/, files: /^witness\.sock$/ }],
  };
}
