import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { formatDuration, parseDuration } from '../../core/text/duration.ts';
import { longestPauseMs } from '../../core/wire/control.ts';
import { askDaemon } from '../ask/ask.ts';
import { sayNoDaemon } from '../ask/no-daemon.ts';
import { tell } from '../ask/via-daemon.ts';
import type { Context } from '../terminal/context.ts';
import { momentOf } from '../terminal/local-time.ts';
import { render } from '../terminal/print.ts';

/** `pause [--for TIME]`: the daemon stops healing, visibly, for a time or until `resume`. */
export async function pause(context: Context, config: Config): Promise<ExitCode> {
  const time = context.flags.for;
  const forMs = typeof time === 'string' ? parseDuration(time) : null;
  if (forMs === undefined || forMs === 0 || (forMs !== null && forMs > longestPauseMs)) {
    const most = formatDuration(24 * 86_400_000);
    context.err(
      `binfmt-keeper: --for: must be a duration such as 10m or 1h30m, up to ${most}; got ${JSON.stringify(time)}\n`,
    );
    return exitCodes.usage;
  }
  const reply = await askDaemon(runDirectory(config), { type: 'pause', forMs });
  if (reply === null) return sayNoDaemon(context, config, 'pause');
  if (reply.type !== 'report') return tell(context, reply);
  const { paused } = reply.report;
  const words =
    paused?.until == null
      ? `paused until: ${context.here.command} resume`
      : `paused for ${formatDuration(forMs ?? 0)}, until ${momentOf(new Date(paused.until), new Date())}`;
  context.out(render(reply.report, context.format, () => `${words}\n`));
  return exitCodes.ok;
}
