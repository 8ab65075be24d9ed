import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import { type ListedFile, listStore } from '../../core/store/listing.ts';
import type { Use } from '../../core/store/uses.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { tableLines } from '../terminal/table.ts';
import { shortenPath } from '../terminal/text.ts';
import { seeUsers } from './look.ts';
import { openStore } from './open.ts';

/** `store list`: what is deployed, where it came from, and which entries and processes have it. */
export async function storeList(context: Context, config: Config): Promise<ExitCode> {
  const machine = await createMachine();
  const store = await openStore(context, machine, config);
  if (store === null) return exitCodes.failed;
  const { users, blind } = await seeUsers(machine, config);
  const files = listStore(await store.contents(), users);
  const data = {
    store: store.dir,
    unseen: blind,
    files: files.map((file) => ({ ...file, inUse: inUse(file) })),
  };
  context.out(render(data, context.format, () => listText(context, store.dir, files)));
  for (const why of blind)
    context.err(`binfmt-keeper: not all users of the store are seen: ${visible(why)}\n`);
  return exitCodes.ok;
}

function inUse({ uses }: ListedFile): boolean {
  return uses.some(({ kind }) => kind === 'entry' || kind === 'process');
}

function listText({ columns }: Context, dir: string, files: readonly ListedFile[]): string {
  if (files.length === 0) return `no interpreter is deployed in ${visible(dir)}\n`;
  const cells = (of: (file: ListedFile) => string): string[] => files.map(of);
  const lines = tableLines(
    [
      { head: 'PLATFORM', rank: 0, cells: cells((f) => platformOf(f.architecture)) },
      { head: 'VERSION', rank: 1, cells: cells((f) => f.version ?? '-') },
      { head: 'USED BY', rank: 2, least: 12, cells: cells((f) => usesText(f.uses)) },
      { head: 'SIZE', rank: 4, cells: cells((f) => `${(f.size / 1024 / 1024).toFixed(1)} MiB`) },
      {
        head: 'SHA-256',
        rank: 3,
        cells: cells((f) => (f.sha256 === '' ? 'not listed' : f.sha256.slice(0, 16))),
      },
      { head: 'INODE', rank: 5, cells: cells((f) => (f.inode === null ? 'missing' : String(f.inode.ino))) },
      { head: 'ORIGIN', rank: 6, least: 12, fit: shortenPath, cells: cells((f) => f.origin ?? '-') },
    ],
    columns,
  );
  return `${lines.join('\n')}\n`;
}

/** The plain name of what a stored emulator runs, or QEMU's. */
export function platformOf(target: string): string {
  return architectureOf(target)?.platforms[0] ?? target;
}

/** Who keeps a file, in a few words. */
export function usesText(uses: readonly Use[]): string {
  const pids = uses.flatMap((use) => (use.kind === 'process' ? [use.pid] : []));
  const words = uses.flatMap((use) => (use.kind === 'process' ? [] : [wordsOf(use)]));
  const running = pids.length > 3 ? `${pids.length} processes` : `process ${pids.join(', ')}`;
  return [...words, ...(pids.length > 0 ? [running] : [])].join('; ') || 'nobody';
}

function wordsOf(use: Exclude<Use, { kind: 'process' }>): string {
  switch (use.kind) {
    case 'entry':
      return `${use.name}${pinWords[use.pin]}`;
    case 'remembered':
      return 'the keeper, which may register it again';
    case 'declared':
      return 'a file of binfmt.d';
    case 'recent':
      return 'deployed a moment ago';
  }
}

const pinWords = {
  this: '',
  unknown: '',
  path: ' (by path)',
  another: ' (which runs an older file of that path)',
} as const;
