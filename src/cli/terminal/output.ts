import { exitCodes } from '../../core/exit-codes.ts';

/**
 * Output that cannot be written is no defect with a stack. A reader that went away has seen what it wanted, so the exit
 * status stays what the command found; anything else, as a full disk, is told and fails.
 */
export function guardOutput(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`binfmt-keeper: standard output: ${error.message}\n`);
    process.on('exit', (code) => {
      if (code === exitCodes.ok) process.exitCode = exitCodes.failed;
    });
  });
}
