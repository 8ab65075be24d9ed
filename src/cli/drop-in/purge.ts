import type { DropInRequest } from '../../core/drop-in/drop-in.ts';
import type { ExitCode } from '../../core/exit-codes.ts';
import { uninstall } from '../commands/uninstall.ts';
import { loadConfig } from '../line/load-config.ts';
import { contextOf } from '../terminal/context.ts';
import { settingsOf, spellings } from './config.ts';
import { misused, say } from './words.ts';

/** `uninstall --purge` in the spelling of an older tool: what it says goes to stderr, for stdout has the JSON alone. */
export async function purgeAll(
  request: DropInRequest,
  tell: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<ExitCode> {
  const settings = settingsOf(request, process.env);
  const loaded = await loadConfig(settings, process.env, 'trusted', spellings(request));
  if (!loaded.ok) return misused(loaded.errors);
  // A complaint has several lines, and readers of these spellings see the last.
  const err = (text: string): void => say(text.replace(/\s*\n\s*/g, ' ').trim());
  return uninstall({ ...contextOf({ purge: true }), out: tell, err }, loaded.config, 'all');
}
