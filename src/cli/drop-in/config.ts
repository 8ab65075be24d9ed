import type { Config } from '../../core/config/config.ts';
import { type DropInRequest, platformTargets } from '../../core/drop-in/drop-in.ts';

/** What a drop-in line and the environment of the older tools say in terms of our flags. */
export function settingsOf(
  { sources, mount }: DropInRequest,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, unknown>> {
  const directory = sources ?? (env.QEMU_BINARY_PATH || null);
  return {
    ...(directory === null ? {} : { 'interpreters-sources': directory }),
    ...(mount === null ? {} : { 'mounts-main': mount }),
  };
}

/**
 * The configuration of one drop-in call: paths and limits as configured, but only the platforms that are asked for,
 * under the names that scripts expect, and always proven.
 */
export function configFor(config: Config, { install, credentials, preserveArgv0 }: DropInRequest): Config {
  return {
    ...config,
    names: 'qemu-',
    platforms:
      install === 'everything' ? 'all' : install === 'platforms' ? platformTargets() : (install ?? []),
    credentials: credentials ?? config.credentials,
    preserveArgv0: preserveArgv0 ?? config.preserveArgv0,
    precedence: 'ours',
    handlers: [],
    adopt: [],
    binfmtD: false,
    readiness: { ...config.readiness, required: 'auto' },
    probe: { ...config.probe, enabled: true },
  };
}

/** What is set for tonistiigi/binfmt and has no effect here. */
export function environmentNotes(env: NodeJS.ProcessEnv): readonly string[] {
  const prefix = env.QEMU_BINARY_PREFIX;
  return prefix
    ? ['QEMU_BINARY_PREFIX is not used: entries are called qemu-TARGET, so that --uninstall finds them']
    : [];
}

/** How our flags were spelled in such a call, for what is said of their values. */
export function spellings({ sources }: DropInRequest): Readonly<Record<string, string>> {
  return {
    '--interpreters-sources': sources === null ? 'QEMU_BINARY_PATH' : '--qemu-path',
    '--mounts-main': '--mount',
  };
}
