import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { sandboxHint } from '../sandbox/hint.ts';
import type { Context } from '../terminal/context.ts';

/** For commands that mean nothing without a daemon. */
export function sayNoDaemon(context: Context, config: Config, command: string): ExitCode {
  context.err(
    `binfmt-keeper: no daemon listens in ${runDirectory(config)}\n  Where one runs in a container, ask it there, or share its run directory.\n${sandboxHint(command)}`,
  );
  return exitCodes.failed;
}
