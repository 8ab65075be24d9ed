import type { Machine } from '../../host/machine.ts';
import { recalled } from '../kept/custody.ts';
import { createMemory, type LiveMemory } from './memory.ts';
import type { ProblemBoard } from './problem-board.ts';

/** What an earlier daemon of this boot wrote down: its registrations, and the lines that the canary has passed. */
export async function openMemory(
  machine: Pick<Machine, 'loadState'>,
  dir: string,
  bootId: string,
  board: ProblemBoard,
): Promise<{ readonly memory: LiveMemory; readonly canary: readonly string[] }> {
  const { state, setAside } = await machine.loadState(dir, bootId);
  if (setAside !== null) board.set('state-unreadable', setAside.path, setAside.why);
  const memory = createMemory(
    (state?.entries ?? []).map(({ name, dev, ino, ctimeMs, interpreter }) => [
      name,
      { id: { dev, ino, ctimeMs }, interpreter },
    ]),
    recalled(state?.adopted ?? []),
    state?.stores ?? [],
  );
  return { memory, canary: state?.canary ?? [] };
}
