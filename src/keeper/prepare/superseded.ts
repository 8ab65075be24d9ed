import { textOf } from '../../core/kernel/bytes.ts';
import type { Logger } from '../../core/logger.ts';
import { counted } from '../../core/report/log-words.ts';
import type { Declarations } from '../../host/files/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children } from '../../host/system/facet.ts';
import type { Situation } from './situation.ts';

/** What it uses of the machine. */
type Host = Children & Declarations & Stores;

/**
 * Removes older versions of the interpreters that we keep from the store, once no entry and no process can be using
 * them. Files of platforms that we do not keep are left: another keeper may share the store.
 */
export async function removeSuperseded(
  machine: Host,
  { config, world, repair }: Situation,
  bootId: string,
  logger: Logger,
): Promise<void> {
  const { store: dir, deploy } = config.interpreters;
  if (deploy !== 'copy') return;
  const wanted = new Set(world.desired.handlers.map((h) => textOf(h.registration.interpreter)));
  const entries = repair.view().observed.entries.map((e) => textOf(e.interpreter));
  const registered = [...wanted, ...entries].filter((path) => path.startsWith(`${dir}/`));
  if (registered.length === 0 || !(await machine.reach(dir, 2000)).ok) return;
  const inUse = await machine.interpretersInUse(dir, bootId, registered);
  const store = machine.createStore(dir);
  const names = new Set(registered.map((path) => path.slice(path.lastIndexOf('/') + 1)));
  const old = (await store.list()).filter(
    (f) => names.has(f.name) && !wanted.has(f.path) && !inUse.has(f.path),
  );
  const unused = old.length === 0 ? old : await undeclared(machine, old);
  if (unused.length === 0) return;
  const { removed, faults } = await store.remove(unused.map((f) => f.path));
  if (removed.length > 0)
    logger.info(
      { event: 'superseded', removed },
      `removed ${counted(removed.length, 'older interpreter')} from the store`,
    );
  for (const fault of faults) logger.warn({ event: 'store', code: fault.code }, fault.message);
}

/** Those that no file of binfmt.d speaks of, ours or a copy of it: systemd could not register its line without them. */
async function undeclared<T extends { readonly path: string }>(
  machine: Host,
  files: readonly T[],
): Promise<readonly T[]> {
  const { directories, faults } = await machine.readBinfmtD();
  // What cannot be read may name any of them.
  if (faults.length > 0) return [];
  const texts = directories.flat().map((file) => textOf(file.text));
  return files.filter(({ path }) => !texts.some((one) => one.includes(path)));
}
