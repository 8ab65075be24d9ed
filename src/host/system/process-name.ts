import { writeFileSync } from 'node:fs';

/**
 * Lets `ps`, `top` and `ss` show a program instead of `node`: the words as the command line, the first of them as the
 * name of the process, of which the kernel keeps 15 bytes.
 */
export function nameProcess(words: readonly string[]): void {
  // libuv writes it over the arguments and names the thread after it, cut off where it likes.
  process.title = words.join(' ');
  try {
    writeFileSync('/proc/self/comm', words[0] ?? '');
  } catch {
    // no /proc: the title has to do
  }
}
