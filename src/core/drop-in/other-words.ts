import { nearest } from '../text/suggest.ts';

/** What is said of an option that is none of these spellings: what to write in its place, or which one was meant. */
export function unknownOption(word: string, known: readonly string[]): string {
  const shown = JSON.stringify(word.slice(0, 100));
  const bare = word.replace(/^--?|=.*$/gs, '');
  const instead = Object.hasOwn(elsewhere, bare) ? elsewhere[bare] : undefined;
  if (instead !== undefined) return `${word.slice(0, 100)}: ${instead}`;
  if (!word.startsWith('-')) return `${shown} is too much; lists are written with commas: arm64,riscv64`;
  const meant = nearest(bare, known);
  return `${shown} is not an option here${meant === undefined ? '' : `; did you mean --${meant}?`}`;
}

/** Whether a first word was meant as one of `leading`, or is one that only the other tools have. */
export function isMeantToLead(word: string, leading: readonly string[]): boolean {
  if (Object.hasOwn(elsewhere, word)) return true;
  if (word.length < 4) return false;
  const meant = nearest(word, [...leading, ...globals]);
  return meant !== undefined && meant !== 'help' && leading.includes(meant);
}

/** Options of the commands, which may stand in front of one by mistake. */
const globals: readonly string[] = [
  'config',
  'output',
  'sandbox',
  'help',
  'log-level',
  'log-format',
  'platforms',
];

/** Options of the other tools that have no meaning here, and what to write in their place. */
const elsewhere: Readonly<Record<string, string>> = {
  clear: "write --uninstall 'qemu-*'",
  dir: 'what /etc/binfmt.d declares is kept by the daemon (binfmtD); one file becomes a handlers: block with: binfmt-keeper import FILE',
  list: 'without arguments the list is printed',
  status: 'without arguments the list is printed; or: binfmt-keeper status',
};
