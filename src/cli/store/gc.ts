import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { FoundFile } from '../../core/store/contents.ts';
import { unusedFiles } from '../../core/store/listing.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import type { Store } from '../../host/store/store.ts';
import { complain } from '../terminal/complain.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { seeUsers } from './look.ts';
import { openStore } from './open.ts';

/** `store gc`: removes what no entry and no process uses, where both can be seen; with `--dry-run` it says what. */
export async function storeGc(context: Context, config: Config): Promise<ExitCode> {
  const machine = await createMachine();
  const store = await openStore(context, machine, config);
  if (store === null) return exitCodes.failed;
  const dryRun = context.flags['dry-run'] === true;
  const { users, blind } = await seeUsers(machine, config);
  const unused = unusedFiles(await store.contents(), users);
  if (blind.length > 0) {
    complain(context, 'store-users-unknown', blind.join('; '));
    const seen = { removed: [], faults: [...blind], unused: [] };
    if (context.format !== 'table')
      context.out(render({ ...dataOf(store, dryRun), ...seen }, context.format, none));
    return exitCodes.failed;
  }
  const { removed, faults } = dryRun
    ? { removed: [], faults: [] }
    : await removeStill(machine, config, store, unused);
  const messages = faults.map(({ message }) => message);
  const data = {
    ...dataOf(store, dryRun),
    removed,
    faults: messages,
    unused: unused.map(({ path }) => path),
  };
  context.out(render(data, context.format, () => gcText(dryRun ? unused : gone(unused, removed), dryRun)));
  for (const message of messages) context.err(`binfmt-keeper: ${visible(message)}\n`);
  return faults.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Looked at once more: the keeper may have chosen one of them meanwhile. */
async function removeStill(
  machine: Machine,
  config: Config,
  store: Store,
  files: readonly FoundFile[],
): ReturnType<Store['remove']> {
  const { users, blind } = await seeUsers(machine, config);
  const still = new Set(unusedFiles(await store.contents(), users).map(({ path }) => path));
  const sure = blind.length > 0 ? [] : files.filter(({ path }) => still.has(path));
  return store.remove(sure.map(({ path }) => path));
}

function none(): string {
  return '';
}

function dataOf({ dir }: Store, dryRun: boolean): { readonly store: string; readonly dryRun: boolean } {
  return { store: dir, dryRun };
}

function gone(files: readonly FoundFile[], removed: readonly string[]): readonly FoundFile[] {
  return files.filter(({ path }) => removed.includes(path));
}

function gcText(files: readonly FoundFile[], dryRun: boolean): string {
  if (files.length === 0) return 'nothing to remove: all of it is in use, or was deployed a moment ago\n';
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const verb = dryRun ? 'would remove' : 'removed';
  const lines = files.map(({ path }) => `${verb} ${visible(path)}`);
  return `${lines.join('\n')}\n${verb} ${files.length} file${files.length === 1 ? '' : 's'}, ${(bytes / 1024 / 1024).toFixed(1)} MiB\n`;
}
