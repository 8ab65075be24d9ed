import { type Config, runDirectory } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { askDaemon } from './ask.ts';
import type { Context } from './context.ts';
import { sayNoDaemon } from './no-daemon.ts';
import { render } from './print.ts';
import { tell } from './via-daemon.ts';

/** `resume`: the daemon heals again, and at once what got lost during the pause. */
export async function resume(context: Context, config: Config): Promise<ExitCode> {
  const reply = await askDaemon(runDirectory(config), { type: 'resume' });
  if (reply === null) return sayNoDaemon(context, config, 'resume');
  if (reply.type !== 'report') return tell(context, reply);
  context.out(render(reply.report, context.format, () => 'healing goes on\n'));
  return exitCodes.ok;
}
