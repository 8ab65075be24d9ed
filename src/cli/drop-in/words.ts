import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import { type Problem, problemCatalogue } from '../../core/problems.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import { visible } from '../../core/text/visible.ts';
import { here } from '../terminal/typed-command.ts';

/** A kernel's byte string as text. */
export function readable(bytes: string): string {
  return textOf(bytes);
}

/** Whose an entry is, as far as it can be told; `store` is the directory as it is configured. */
export function ownerOf(entry: Entry, store: string): string {
  const whose = readable(entry.interpreter).startsWith(`${store}/`) ? 'ours' : "somebody else's";
  const flags = entry.flags === '' ? 'no flags' : `flags ${entry.flags}`;
  return `${whose}, interpreter ${readable(entry.interpreter)}, ${flags}`;
}

/** A platform by the name that people type: `arm64`, and the target where there is no such. */
export function shortName(target: string): string {
  const [first] = architectureOf(target)?.platforms ?? [];
  return first === undefined ? target : first.slice('linux/'.length);
}

/** A problem in one line: docker/setup-qemu-action shows only the last line of stderr. */
export function oneLine(problem: Problem): string {
  const { code, subject, detail } = problem;
  const { title } = problemCatalogue[code];
  return `${subject}: ${code}: ${title}: ${detail}. ${remedyOf(problem, here())}`;
}

/** One line to stderr. */
export function say(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

/** Says what is wrong with a command line. */
export function misused(faults: readonly string[]): ExitCode {
  for (const fault of faults) say(fault);
  return exitCodes.usage;
}
