import type { Config } from '../../core/config/config.ts';
import { platformOf, rowFor, siblingFor } from '../../core/diagnose/platform.ts';
import type { Where } from '../../core/diagnose/where.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { NativeHost } from '../../core/native/acceptance.ts';
import { type Eyes, workingDirectory } from '../../host/explain/look.ts';
import { createProver, type Prover } from '../../host/explain/prove.ts';
import { readInstance } from '../../host/explain/state.ts';
import {
  has32BitCalls,
  hostArchitecture,
  inheritedDevices,
  initialUserNamespace,
} from '../../host/system/identity.ts';

/** What all files are explained by. */
export interface Scene {
  readonly where: Where;
  readonly eyes: Eyes;
  /** null where nothing is to be run. */
  readonly prover: Prover | null;
}

/** Looks at the host once. `root`: a byte string, `/` for our own. */
export async function learnScene(config: Config, root: string, probes: boolean): Promise<Scene> {
  const native: NativeHost = { ...hostArchitecture(), sibling: null };
  const instance = await readInstance([config.mounts.main, config.mounts.anchor].map(bytesOf));
  const row = rowFor(native);
  return {
    where: {
      state: { native, entries: instance.entries, enabled: instance.enabled },
      host: row === null ? `ELF machine ${native.machine}` : platformOf(row),
      main: instance.where,
      unseen: instance.why,
      isPrivate: instance.entries !== null && !initialUserNamespace() && inheritedDevices() === null,
      root,
    },
    eyes: { root, cwd: root === '/' ? workingDirectory() : '/', native, places: new Map() },
    prover: probes ? createProver(row?.target ?? null, config.probe.timeout) : null,
  };
}

/** The same with the 32-bit programs of this machine as well, where CPU and kernel run them. */
export async function withSibling(scene: Scene): Promise<Scene> {
  const { where, eyes, prover } = scene;
  const sibling = siblingFor(eyes.native);
  // Where nothing is to be run, a setting of that part of the kernel is the sign of it.
  const runs =
    sibling !== null && (prover === null ? has32BitCalls() : await prover.runsAlone(sibling.target));
  if (!runs) return scene;
  const native = { ...eyes.native, sibling };
  return { where: { ...where, state: { ...where.state, native } }, eyes: { ...eyes, native }, prover };
}
