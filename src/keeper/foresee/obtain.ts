import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { storedPath } from '../../core/report/store-manifest.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces, Timed } from '../../host/system/facet.ts';
import { obtainProblem } from '../prepare/lack.ts';
import { createLookUp, reachable } from '../prepare/obtain.ts';
import type { Obtain } from '../prepare/ready-interpreter.ts';

/** What it uses of the machine. */
type Host = Timed & Namespaces & Children & Places & Stores;

/** As deploying makes interpreters ready, and nothing is copied: what would be refused is. */
export async function foreseeObtain(machine: Host, config: Config): Promise<Obtain> {
  const { store, deploy } = config.interpreters;
  const { sources, hung } = await reachable(machine, config.interpreters.sources);
  const stuck = deploy === 'copy' ? (await reachable(machine, [store])).hung : [];
  const lookUp = createLookUp(machine, { ...config, interpreters: { ...config.interpreters, sources } });
  let bytes = 0;
  const obtain: Obtain = async (architecture) => {
    const [why] = stuck;
    if (why !== undefined) return why;
    const made = await lookUp(architecture);
    if (!('code' in made) || made.code !== 'not-registered') return made;
    const found = await machine.findInterpreter(architecture, sources);
    const file = found.ok ? await machine.inspectInterpreter(found.path) : null;
    if (!found.ok || !file?.ok) return made;
    bytes += file.size;
    const fault = await machine.foreseeStore(store, bytes);
    if (fault !== null)
      return obtainProblem(fault.code, architecture, fault.message, {
        STORE: bytesOf(config.interpreters.store),
        FILE: bytesOf(config.interpreters.store),
        ...fault.values,
      });
    const { dev, ino, header } = file;
    const path = `${store}/${storedPath({ name: architecture.interpreter, sha256: notHashed })}`;
    return { path, dev, ino, header, sha256: notHashed, version: null, source: found.path };
  };
  return Object.assign(obtain, { problems: [...hung, ...stuck] });
}

/** A file is told by its content, which nobody reads for this. */
const notHashed = '0'.repeat(64);
