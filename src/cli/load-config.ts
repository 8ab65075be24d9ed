import { readFile } from 'node:fs/promises';
import { type ParsedConfig, parseConfig } from '../core/config.ts';
import { globalOptions } from '../core/options.ts';

/** Where the configuration file is looked for: flag, environment, default. */
export function configFile(flags: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): string {
  const fallback = globalOptions.find((o) => o.flag === '--config')?.default ?? '';
  const given = flags.config;
  return typeof given === 'string' ? given : env.BINFMT_KEEPER_CONFIG || fallback;
}

/** Reads and merges all sources. A default file that is absent is no fault; one that was named is. */
export async function loadConfig(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): Promise<ParsedConfig> {
  const name = configFile(flags, env);
  const named = typeof flags.config === 'string' || Boolean(env.BINFMT_KEEPER_CONFIG);
  try {
    const text = await readFile(name, 'utf8');
    return parseConfig({ file: { name, text }, env, flags });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' && !named) return parseConfig({ env, flags });
    return { ok: false, errors: [`${name}: cannot be read (${code})`] };
  }
}
