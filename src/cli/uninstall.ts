import type { Config } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { createLookUp } from '../daemon/obtain.ts';
import type { Context } from './context.ts';
import { oneShot } from './one-shot.ts';
import { render } from './print.ts';

/** Removes what is ours, all of it or the named targets; what others registered serves again. */
export function uninstall(
  context: Context,
  config: Config,
  targets: readonly string[] | 'all',
): Promise<ExitCode> {
  return oneShot(
    context,
    config,
    { changes: true, obtain: createLookUp, passive: true },
    async ({ keeper }) => {
      const { removed, failed } = keeper.remove(targets);
      const lines = [...removed.map((n) => `removed ${n}`), ...failed.map((n) => `could not remove ${n}`)];
      const text = lines.length === 0 ? 'nothing of ours is registered\n' : `${lines.join('\n')}\n`;
      context.out(render({ removed, failed }, context.format, () => text));
      return failed.length === 0 ? exitCodes.ok : exitCodes.failed;
    },
  );
}
