import type { Libc } from '../system/libc.ts';
import { findExecutablePlace, usualPlaces } from './executable-place.ts';
import { probeBytes } from './files.ts';

const limitMs = 5000;

/**
 * Probes for whoever may write nowhere, or is not to: files without names, by paths through which this process and its
 * children execute them until it ends. Rejects where nothing can be executed that was made here.
 */
export async function namelessProbes(
  targets: readonly string[],
  native: string,
  libc: Libc | null,
): Promise<ReadonlyMap<string, string>> {
  const own = probeBytes(native);
  if (own === null)
    throw new Error(`there is no probe of ${native}, which would tell where files can be executed`);
  const memory = await findExecutablePlace(own, [], libc, limitMs);
  const found = memory.ok ? memory : await findExecutablePlace(own, usualPlaces(process.env), libc, limitMs);
  if (!found.ok) throw new Error(`no place for probes: ${found.why.join('; ')}`);
  const paths = new Map<string, string>();
  for (const target of targets) {
    const bytes = probeBytes(target);
    // By the number of the process, not `self`: who executes it is a child, which does not have it open.
    if (bytes !== null) paths.set(target, `/proc/${process.pid}/fd/${await found.place.make(bytes)}`);
  }
  return paths;
}
