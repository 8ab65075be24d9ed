import type { Report } from '../../src/core/report/report.ts';
import { keeper, type World } from './world.ts';

/** What a command of the keeper said and how it ended. */
export interface Said {
  readonly status: number | null;
  readonly said: string;
}

/** Runs a command of the keeper on the case's own directories; `prefix` are words before it, such as `nsenter`. */
export function cli(world: World, args: readonly string[], prefix: readonly string[] = []): Said {
  const [program = '', ...rest] = [...prefix, 'env', ...variables(world), process.execPath, '--no-warnings'];
  return world.command(program, ...rest, keeper, ...args);
}

/** The same for a command that prints a report. */
export function reportOf(
  world: World,
  ...args: readonly string[]
): Report & { readonly status: number | null } {
  const { status, said } = cli(world, [...args, '-o', 'json']);
  try {
    return { status, ...JSON.parse(said) };
  } catch {
    throw new Error(`${args.join(' ')} ended with ${status} and said: ${said}`);
  }
}

function variables(world: World): string[] {
  return [
    'BINFMT_KEEPER_SANDBOX=1',
    `BINFMT_KEEPER_CONFIG=${world.config}`,
    `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
    `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
    'BINFMT_KEEPER_HTTP_LISTEN=off',
  ];
}
