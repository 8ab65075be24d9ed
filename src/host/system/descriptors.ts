import { readFileSync } from 'node:fs';

/**
 * RLIMIT_NOFILE of this process. Node has raised the soft limit to the hard one at its start, so that nothing is left
 * to be raised.
 */
export function descriptorLimit(): number {
  const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}
