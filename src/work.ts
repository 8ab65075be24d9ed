import { isDropIn } from './core/drop-in/words.ts';

/** Everything but what has a light way of its own: the daemon, the spellings of older tools, and the commands. */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'run') return (await import('./cli/commands/run.ts')).main(argv);
  if (argv.length === 0 || isDropIn(argv)) return (await import('./cli/drop-in/drop-in.ts')).main(argv);
  return (await import('./cli/commands/commands.ts')).main(argv);
}
