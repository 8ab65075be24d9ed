import { parseDropIn } from '../../core/drop-in/drop-in.ts';
import { killChildren } from '../../host/system/children.ts';
import { guardOutput } from '../terminal/output.ts';
import { act } from './act.ts';
import { misused } from './words.ts';

/**
 * The spellings of tonistiigi/binfmt and multiarch/qemu-user-static, see docs/drop-in.md. Their JSON is all that goes
 * to stdout; what failed comes last on stderr, each in one line, because docker/setup-qemu-action shows the last one.
 */
export async function main(argv: readonly string[]): Promise<number> {
  guardOutput();
  process.on('exit', killChildren);
  if (argv.length === 0 && process.stdout.isTTY === true) return help();
  const asked = parseDropIn(argv);
  switch (asked.kind) {
    case 'help':
      return help();
    case 'wrong':
      return misused(asked.faults);
    case 'version':
      return (await import('./version.ts')).main();
    case 'act':
      return act(asked);
  }
}

async function help(): Promise<number> {
  const { main: commands } = await import('../commands/commands.ts');
  return commands(['--help']);
}
