import type { Config } from '../../core/config/config.ts';
import type { Explanation } from '../../core/diagnose/explanation.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import { kernelRelease } from '../../host/system/identity.ts';
import { explainFiles } from '../explain/files.ts';
import { explanationData } from '../explain/json.ts';
import { explanationLines } from '../explain/view.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';

/** Says what the kernel will do with files and why, without executing them. */
export async function explain(context: Context, config: Config, files: readonly string[]): Promise<number> {
  if ('require' in context.flags)
    return (await import('../explain/require.ts')).requirePlatform(context, files);
  if (context.flags.gate === true) return (await import('../explain/gate.ts')).gate(context, config, files);
  const explained = await explainFiles(context, config, files);
  if ('why' in explained) {
    context.err(`binfmt-keeper: explain: ${visible(explained.why)}\n`);
    return explained.exit;
  }
  const { found, host } = explained;
  if (context.flags.quiet !== true) {
    const kernel = kernelRelease();
    const data = {
      schema: 1,
      host: { platform: host, kernel },
      files: found.map((one) => explanationData(one, context.here)),
    };
    const blocks = found.map((one) => explanationLines(one, `${host}, Linux ${kernel}`, context).join('\n'));
    context.out(render(data, context.format, () => `${blocks.join('\n\n')}\n`));
  }
  return exitOf(found);
}

/** The worst of them: what will not run, then what may not be seen. */
function exitOf(found: readonly Explanation[]): ExitCode {
  const kinds = new Set(found.map(({ verdict }) => verdict.kind));
  if (kinds.has('fails')) return exitCodes.failed;
  return kinds.has('unknown') ? exitCodes.notPermitted : exitCodes.ok;
}
