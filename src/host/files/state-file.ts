import { readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inTurn } from '../../core/in-turn.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { State } from '../../core/report/state-file.ts';
import { parseState, printState } from '../../core/report/state-file.ts';
import { errnoOf, failure } from '../system/errno.ts';
import { writeAtomic } from './atomic-file.ts';
import { removeLeftovers } from './leftovers.ts';
import { prepareRunDirectory } from './run-directory.ts';

const fileName = 'state.json';
const keptBadFiles = 3;
/** What is written here takes milliseconds. */
const aMinute = 60_000;

/** What the run directory held: nothing, a state, or a file that had to be set aside and why. */
export interface LoadedState {
  readonly state: State | null;
  readonly setAside: { readonly path: string; readonly why: string } | null;
}

/** Reads the state of this boot. Anything else is kept as `state.json.bad-N`, three at most, for whoever asks why. */
export async function loadState(dir: string, bootId: string): Promise<LoadedState> {
  await removeLeftovers(dir, aMinute);
  const path = join(dir, fileName);
  let why: string;
  try {
    const parsed = parseState(await readFile(path, 'utf8'), bootId);
    if (parsed.ok) return { state: parsed.state, setAside: null };
    why = parsed.why;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { state: null, setAside: null };
    why = failure('it cannot be read', error).message;
  }
  return { state: null, setAside: { path: await setAside(dir), why } };
}

/**
 * Writes the state; saves of one directory run one after the other, so that the last one asked for is the last
 * written. Without fsync: the entries that it describes do not outlive a power cut either.
 */
export function saveState(dir: string, state: State): Promise<Outcome> {
  const queue = queues.get(dir) ?? inTurn();
  queues.set(dir, queue);
  return queue(() => write(dir, state));
}

const queues = new Map<string, ReturnType<typeof inTurn>>();

async function write(dir: string, state: State): Promise<Outcome> {
  const ready = await prepareRunDirectory(dir);
  if (!ready.ok) return ready;
  return writeAtomic(join(dir, fileName), printState(state), 0o600, { fsync: false });
}

async function setAside(dir: string): Promise<string> {
  const names = await readdir(dir).catch(() => []);
  const numbers = names
    .flatMap((name) => /^state\.json\.bad-([1-9][0-9]*)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const bad = (n: number): string => join(dir, `${fileName}.bad-${n}`);
  const path = bad((numbers.at(-1) ?? 0) + 1);
  await rename(join(dir, fileName), path).catch(() => {});
  for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - keptBadFiles))) {
    await unlink(bad(old)).catch(() => {});
  }
  return path;
}
