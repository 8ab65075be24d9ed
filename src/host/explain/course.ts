import { type Course, execute } from '../../core/diagnose/execute.ts';
import type { Ask, Found, KernelState } from '../../core/diagnose/facts.ts';
import { type Eyes, lookAt } from './look.ts';

/** Goes the way that the kernel would go with a path, and looks at each file on it. `first` stands for the one that was typed. */
export async function courseOf(
  path: string,
  state: KernelState,
  eyes: Eyes,
  first: Found | null = null,
): Promise<Course> {
  const way = execute(path, state);
  let step = way.next();
  let given = first;
  while (step.done !== true) {
    step = way.next(given ?? (await found(step.value, eyes)));
    given = null;
  }
  return step.value;
}

/**
 * An empty name of a `#!` line leads to the directory that one is in (EACCES). With `F` the kernel opened the interpreter of an entry when it was registered, in the root and with the rights of whoever
 * did that. What lies at its path now is looked at in our root, and nothing there forbids it.
 */
async function found({ path, role, pinned }: Ask, eyes: Eyes): Promise<Found> {
  // What is typed goes another way in the kernel (getname), and there an empty name is refused.
  if (path === '' && role !== 'program') return lookAt('.', eyes);
  if (!pinned) return lookAt(path, eyes);
  const seen = await lookAt(path, { ...eyes, root: '/' });
  if (seen.kind === 'file' && seen.type === 'regular') return { ...seen, barred: null };
  return { kind: 'pinned' };
}
