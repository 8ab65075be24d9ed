import { deviceName } from '../../core/config/sandbox.ts';
import type { EntryId } from '../../core/kernel/entry.ts';
import { describeRootHolder, findOlderKeeper, type OlderKeeper } from '../lock/older-keeper.ts';
import { inheritedDevices } from '../system/identity.ts';
import type { Libc } from '../system/libc.ts';
import { type Opened, openInstance } from './linux-instance.ts';

/** Instances, and who else has one. */
export interface Instances {
  openInstance(path: string): Opened;
  findOlderKeeper(root: EntryId, dir: string, known: OlderKeeper | null): Promise<OlderKeeper | null>;
  describeRootHolder(root: EntryId): Promise<string>;
}

/** All of this room. */
export function instanceFacet(libc: Libc | null): Instances {
  return { openInstance: (path) => openOwn(path, libc), findOlderKeeper, describeRootHolder };
}

/** In a sandbox, an instance that was there before it is the host's, whatever path leads to it. */
function openOwn(path: string, libc: Libc | null): Opened {
  const opened = openInstance(path, libc);
  const device = opened.ok ? deviceName(opened.instance.root.dev) : '';
  if (!opened.ok || inheritedDevices()?.has(device) !== true) return opened;
  opened.instance.close();
  return { ok: false, code: 'EXDEV', message: `${path} is an instance (device ${device}) of the host` };
}
