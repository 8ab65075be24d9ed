import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { askDaemon } from '../ask/ask.ts';
import { sayNoDaemon } from '../ask/no-daemon.ts';
import { tell } from '../ask/via-daemon.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';

/** `resume`: the daemon heals again, and at once what got lost during the pause. */
export async function resume(context: Context, config: Config): Promise<ExitCode> {
  const reply = await askDaemon(runDirectory(config), { type: 'resume' });
  if (reply === null) return sayNoDaemon(context, config, 'resume');
  if (reply.type !== 'report') return tell(context, reply);
  context.out(render(reply.report, context.format, () => 'healing goes on\n'));
  return exitCodes.ok;
}
