import type { Config, ParsedConfig } from '../core/config/config.ts';
import type { Keeper } from '../keeper/keeper.ts';

/**
 * The configuration as its sources say now, or the one in force where they are wrong. The problems of both are told to
 * the keeper.
 */
export async function reloadConfig(
  read: () => Promise<ParsedConfig>,
  file: string,
  inForce: Config,
  keeper: Keeper,
): Promise<Config> {
  const parsed = await read();
  keeper.problem('config-invalid', file, parsed.ok ? null : parsed.errors.join('\n'));
  keeper.reloaded(parsed.ok);
  if (!parsed.ok) return inForce;
  keeper.problem('restart-needed', file, needsRestart(inForce, parsed.config));
  return { ...parsed.config, mounts: inForce.mounts };
}

/** What a running daemon cannot change: it holds these paths open. */
function needsRestart({ mounts: before }: Config, { mounts: after }: Config): string | null {
  const changed = [
    ...(before.main === after.main ? [] : ['mounts.main']),
    ...(before.anchor === after.anchor ? [] : ['mounts.anchor']),
  ];
  return changed.length === 0 ? null : `changed: ${changed.join(', ')}`;
}
