import { resolve } from 'node:path';
import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import { errnoOf } from '../../host/system/errno.ts';
import type { Context } from '../terminal/context.ts';
import { withProgress } from '../terminal/progress.ts';
import { composeBundle } from './compose.ts';
import { gather } from './gather.ts';

/** `store export`: writes interpreters, and what is to be known of them, into one file for nodes without a network. */
export async function storeExport(context: Context, config: Config): Promise<ExitCode> {
  const { flags, env } = context;
  const to = flags.output;
  const say = (text: string): void => context.err(`binfmt-keeper: ${visible(text)}\n`);
  const misused = (text: string): ExitCode => {
    say(text);
    return exitCodes.usage;
  };
  const manifestTo = flags['manifest-to'];
  if (typeof to !== 'string' && typeof manifestTo !== 'string')
    return misused('store export: say where to: -o FILE, or -o - for stdout');
  if (to === '-' && context.columns !== null) return misused('store export: a bundle is not for a terminal');
  const epoch = env.SOURCE_DATE_EPOCH ?? '0';
  if (!/^\d{1,11}$/.test(epoch))
    return misused(`SOURCE_DATE_EPOCH: must be seconds since 1970; got ${epoch}`);
  const machine = await createMachine();
  const { found, lacking } = await withProgress(
    context,
    () => 'reading interpreters',
    gather(machine, config),
  );
  for (const why of lacking) say(why);
  if (lacking.length > 0) return exitCodes.failed;
  if (found.length === 0) {
    say(`no static emulator was found in ${config.interpreters.sources.join(', ')} or in the store`);
    return exitCodes.failed;
  }
  const composed = await composeBundle(machine, found, {
    keepers: listOf(flags.keeper),
    signature: typeof flags.signature === 'string' ? flags.signature : null,
    mtime: Number(epoch),
    publicKey: config.interpreters.bundleKey,
  });
  if ('why' in composed) {
    say(composed.why);
    return exitCodes.failed;
  }
  try {
    if (typeof manifestTo === 'string')
      await machine.writeWhole(resolve(manifestTo), (write) => write(Buffer.from(composed.manifest)));
    if (to === '-') await composed.write(machine.writeTo(process.stdout));
    else if (typeof to === 'string')
      await withProgress(context, () => `writing ${to}`, machine.writeWhole(resolve(to), composed.write));
  } catch (error) {
    say(`${String(to ?? manifestTo)} was not written: ${reasonOf(error)}`);
    return exitCodes.failed;
  } finally {
    await composed.close();
  }
  for (const line of composed.told) context.err(`${visible(line)}\n`);
  return exitCodes.ok;
}

/** Without the temporary name, which nobody knows. */
function reasonOf(error: unknown): string {
  const code = errnoOf(error);
  const words = reasons[code];
  if (words !== undefined) return `${words} (${code})`;
  return code !== '' ? code : error instanceof Error ? error.message : String(error);
}

const reasons: Readonly<Record<string, string>> = {
  EINVAL: 'it is no regular file; to write into a pipe: -o -',
  EISDIR: 'it is a directory; name a file in it',
  ENOENT: 'its directory is not there',
  ENOTDIR: 'what should be its directory is none',
  ENOSPC: 'no space is left there; nothing half written stays',
  EROFS: 'the file system is read-only; name another place',
  EACCES: 'this user may not write there; name another place',
};

function listOf(given: unknown): readonly string[] {
  return typeof given === 'string' ? given.split(',').filter((word) => word !== '') : [];
}
