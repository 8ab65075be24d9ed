import type { Config } from '../../core/config/config.ts';
import type { Machine } from '../../host/machine.ts';
import type { Store } from '../../host/store/store.ts';
import { complain } from '../terminal/complain.ts';
import type { Context } from '../terminal/context.ts';

/** The store of the configuration; null, after saying why, where its directory does not answer. */
export async function openStore(
  context: Context,
  machine: Machine,
  { interpreters }: Config,
): Promise<Store | null> {
  const { store: dir, label } = interpreters;
  const reached = await machine.reach(dir, 2000);
  if (!reached.ok) complain(context, 'hung-path', reached.message);
  return reached.ok ? machine.createStore(dir, label) : null;
}
