import { parseEntry } from '../../core/kernel/entry.ts';
import { type Adopted, registrationOf } from '../../core/plan/custody.ts';
import { parseState, type RecordedAdoption, type State } from '../../core/report/state-file.ts';
import type { RunReads, StateFile } from '../../host/files/facet.ts';
import { createMemory, type LiveMemory } from './memory.ts';
import type { ProblemBoard } from './problem-board.ts';

/** What an earlier daemon of this boot wrote down: its registrations, and the lines that the canary has passed. */
export async function openMemory(
  machine: StateFile,
  dir: string,
  bootId: string,
  board: ProblemBoard,
): Promise<Remembered> {
  const { state, setAside } = await machine.loadState(dir, bootId);
  if (setAside !== null) board.set('state-unreadable', setAside.path, setAside.why);
  return remembered(state);
}

/** The same for one who only looks: what cannot be read, or is damaged, is left as it is for whoever keeps. */
export async function readMemory(machine: RunReads, dir: string, bootId: string): Promise<Remembered> {
  const trusted = await machine.inspectRunDirectory(dir);
  const text = trusted.ok ? await machine.readFile(`${dir}/state.json`) : null;
  const parsed = text === null ? null : parseState(text, bootId);
  return remembered(parsed?.ok === true ? parsed.state : null);
}

/** What is known from it, and the lines that the canary has passed; nothing where there is none. */
interface Remembered {
  readonly memory: LiveMemory;
  readonly canary: readonly string[];
}

function remembered(state: State | null): Remembered {
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
