import type { Config } from '../../core/config/config.ts';
import { settings } from '../../core/config/options.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { autoTargets } from '../../core/platforms/select.ts';
import { listOfPlatforms } from '../../core/platforms/spellings.ts';
import { onlyTargets } from '../../core/report/report-only.ts';
import type { ControlRequest } from '../../core/wire/control.ts';
import { reportTable } from '../report/report-table.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { removedText } from '../terminal/removed-text.ts';
import { askDaemon, type Reply } from './ask.ts';

/** Lets a running daemon do it, prints what came of it; null where none listens and the command must act itself. */
export async function viaDaemon(
  context: Context,
  config: Config,
  request: Exclude<ControlRequest, { readonly type: 'watch' }>,
): Promise<ExitCode | null> {
  let said = 'asking the daemon';
  const asked = askDaemon(runDirectory(config), request, (text) => {
    said = text;
  });
  const reply = await withProgress(context, () => said, asked);
  if (reply === null) return null;
  if (request.type === 'install') sayIgnored(context);
  if (reply.type !== 'report' || request.type !== 'install') return tell(context, reply);
  const { targets } = request;
  const named = targets === 'all' || targets.length === 0;
  return tell(context, named ? reply : { ...reply, report: onlyTargets(reply.report, targets) });
}

/** Prints the daemon's last word. */
export function tell(context: Context, reply: Reply): ExitCode {
  switch (reply.type) {
    case 'report':
      context.out(render(reply.report, context.format, () => reportTable(reply.report, context)));
      return reply.ok ? exitCodes.ok : exitCodes.failed;
    case 'removed': {
      const { type: _, ...told } = reply;
      const { removed, failed, purged } = told;
      context.out(render(told, context.format, () => removedText(removed, failed, purged)));
      return failed.length === 0 && (purged?.faults ?? []).length === 0 ? exitCodes.ok : exitCodes.failed;
    }
    case 'error':
      context.err(`binfmt-keeper: the daemon was asked: ${reply.code}: ${reply.detail}\n`);
      return reply.code === 'no-permission' ? exitCodes.notPermitted : exitCodes.failed;
  }
}

/** What the command line names, as targets; none where it leaves it to the configuration. */
export function namedTargets(context: Context): readonly string[] | 'all' {
  const given = context.flags.platforms;
  const names = typeof given === 'string' ? listOfPlatforms(given) : [];
  if (names.includes('all')) return 'all';
  return names.flatMap((name) => {
    if (name === 'auto') return autoTargets;
    const found = resolvePlatform(name);
    return 'target' in found ? [found.target] : [];
  });
}

/** A daemon has its own configuration, so flags that would change it here must not seem to work. */
function sayIgnored(context: Context): void {
  const given = settings
    .filter((s) => s.config !== 'platforms' && !s.config.startsWith('mounts.'))
    .filter((s) => context.flags[s.flag.slice(2)] !== undefined)
    .map((s) => s.flag);
  if (given.length > 0)
    context.err(
      `binfmt-keeper: a daemon runs, and works by its own configuration: ${given.join(', ')} ignored\n`,
    );
}
