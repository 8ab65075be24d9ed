import { parseEntry } from '../../core/kernel/entry.ts';
import { type Adopted, registrationOf } from '../../core/plan/custody.ts';
import type { RecordedAdoption } from '../../core/report/state-file.ts';
import type { StateFile } from '../../host/files/facet.ts';
import { createMemory, type LiveMemory } from './memory.ts';
import type { ProblemBoard } from './problem-board.ts';

/** What an earlier daemon of this boot wrote down: its registrations, and the lines that the canary has passed. */
export async function openMemory(
  machine: StateFile,
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

/** Adopted entries as an earlier run on this boot recorded them. */
function recalled(recorded: readonly RecordedAdoption[]): [string, Adopted][] {
  return recorded.flatMap(({ name, text, behind }): [string, Adopted][] => {
    const read = parseEntry(text);
    const registration = read && registrationOf(name, read);
    return registration ? [[name, { registration, behind: new Set(behind) }]] : [];
  });
}
