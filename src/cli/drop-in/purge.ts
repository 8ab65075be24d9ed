import type { DropInRequest } from '../../core/drop-in/drop-in.ts';
import type { ExitCode } from '../../core/exit-codes.ts';
import { uninstall } from '../commands/uninstall.ts';
import { loadConfig } from '../line/load-config.ts';
import { contextOf } from '../terminal/context.ts';
import { settingsOf, spellings } from './config.ts';
import { misused } from './words.ts';

/** `uninstall --purge` in the spelling of an older tool: what it says goes to stderr, for stdout has the JSON alone. */
export async function purgeAll(
  request: DropInRequest,
  tell: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<ExitCode> {
  const settings = settingsOf(request, process.env);
  const loaded = await loadConfig(settings, process.env, 'trusted', spellings(request));
  if (!loaded.ok) return misused(loaded.errors);
  return uninstall({ ...contextOf({ purge: true }), out: tell }, loaded.config, 'all');
}
