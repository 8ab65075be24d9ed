#!/usr/bin/env -S node --max-semi-space-size=1 --lite-mode
import { isDropIn } from './core/drop-in.ts';
import { exitCodes } from './core/exit-codes.ts';

/**
 * The process: owns signals and the exit status. `run` and a plain `health` take paths of their own, so that neither the
 * daemon nor what asks it every few seconds loads the command-line library.
 */
const argv = process.argv.slice(2);

try {
  const { main } =
    argv[0] === 'run'
      ? await import('./cli/run.ts')
      : argv[0] === 'health' && argv.length === 1
        ? await import('./cli/health.ts')
        : argv.length === 0 || isDropIn(argv)
          ? await import('./cli/drop-in.ts')
          : await import('./cli/commands.ts');
  process.exitCode = await main(argv);
} catch (error) {
  // Only a defect ends up here: expected failures are data. Its stack is what a bug report needs.
  process.stderr.write(
    `binfmt-keeper: internal error: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = exitCodes.failed;
}
