import type { ChildProcess } from 'node:child_process';

/** Children that run: whoever ends before their time limits takes them along, nobody else would end one that hangs. */
export const running = new Set<ChildProcess>();

/** Ends all that run; for the exit of this process. */
export function killChildren(): void {
  for (const child of running) killGroup(child);
}

/** Ends a child and what it has started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
