import type { ProvedEntry } from '../../core/entries/draw.ts';
import { servedBy } from '../../core/entries/serves.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { identify } from '../../core/plan/memory.ts';
import { autoTargets } from '../../core/platforms/select.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { Timed } from '../../host/system/facet.ts';
import { type Situation, servingEntry } from '../prepare/situation.ts';

/** What it uses of the machine. */
type Host = Timed & Probes;

/** Proves by execution what serves platforms beside the handlers that are wanted: nothing follows but what is told. */
export interface EntryProofs {
  /** Tries what serves these targets now, two at once; `all` are those that are wanted or have an OCI name. */
  prove(targets: readonly string[] | 'all'): Promise<void>;
  /** Tries what was never tried; waits for so long at most. */
  proveNew(targets: readonly string[] | 'all', forMs: number): Promise<void>;
  close(): void;
}

/** What it works on. */
interface EntryProofsParts {
  readonly machine: Host;
  readonly situation: () => Situation;
  /** Programs by target. */
  readonly probes: ReadonlyMap<string, string>;
  readonly proved: Map<string, ProvedEntry>;
  readonly changed: () => void;
}

/** One entry and the programs that it would run. */
interface Job {
  readonly entry: Entry;
  readonly files: readonly string[];
}

/** An entry that takes the files of every platform is not tried with each. */
const mostFiles = 4;

/** Makes one that has proved nothing. */
export function createEntryProofs(parts: EntryProofsParts): EntryProofs {
  const { machine, situation, proved } = parts;
  const stop = new AbortController();
  const run = async (wanted: readonly Job[]): Promise<void> => {
    const jobs = wanted.values();
    const work = async (): Promise<void> => {
      for (const { entry, files } of jobs) {
        if (stop.signal.aborted) return;
        const found = await tryAll(parts, entry, files, stop.signal);
        if (stop.signal.aborted) return;
        if (found !== null) proved.set(identify(entry), found);
        parts.changed();
      }
    };
    await Promise.all([work(), work()]);
  };
  let trying: Promise<void> | null = null;
  return {
    prove(targets) {
      forgetGone(situation(), proved);
      return run(jobsFor(parts, targets));
    },
    async proveNew(targets, forMs) {
      forgetGone(situation(), proved);
      const jobs = jobsFor(parts, targets).filter(({ entry }) => !proved.has(identify(entry)));
      trying ??= run(jobs).finally(() => {
        trying = null;
      });
      const late = new Promise<void>((resolve) => void machine.clock.after(forMs, resolve, 'idle'));
      await Promise.race([trying, late]);
    },
    close: () => stop.abort(),
  };
}

/** What handlers are served by is proved as theirs. */
function jobsFor(
  { situation, probes }: EntryProofsParts,
  targets: readonly string[] | 'all',
): readonly Job[] {
  const { repair, world, config } = situation();
  if (!config.probe.enabled) return [];
  const { observed, handlers } = repair.view();
  const theirs = new Set(
    handlers.flatMap((v) =>
      v.state === 'ok' || v.state === 'foreign-ok' ? (servingEntry(v)?.name ?? []) : [],
    ),
  );
  const wanted = new Set(
    targets === 'all'
      ? [...autoTargets, ...handlers.map((v) => v.handler.key), ...world.unmet.map((row) => row.target)]
      : targets,
  );
  return [...servedBy(observed.all ?? observed.entries)].flatMap(([entry, served]) => {
    const files = served.flatMap(({ target }) => (wanted.has(target) ? (probes.get(target) ?? []) : []));
    return theirs.has(entry.name) || files.length === 0 ? [] : { entry, files: files.slice(0, mostFiles) };
  });
}

/** The worst of what its programs found. */
async function tryAll(
  parts: EntryProofsParts,
  entry: Entry,
  files: readonly string[],
  signal: AbortSignal,
): Promise<ProvedEntry | null> {
  let found: ProvedEntry | null = null;
  for (const file of files) {
    found = await tryOne(parts, entry, file, signal);
    if (found?.proof.verdict !== 'verified') return found;
  }
  return found;
}

/** Whose file it is comes first, whether it can be tried or not. */
async function tryOne(
  { machine, situation }: EntryProofsParts,
  { interpreter, flags }: Entry,
  file: string,
  signal: AbortSignal,
): Promise<ProvedEntry | null> {
  const at = machine.clock.wall();
  const { distrust, sure } = await machine.judgeForeign(interpreter, flags);
  if (distrust !== null)
    return { proof: { verdict: 'untrusted', detail: distrust, at, tookMs: 0 }, version: null };
  const timeoutMs = situation().config.probe.timeout;
  const task = { file, timeoutMs, signal, seesArgv0: false, expected: null, sure, asksVersion: true };
  try {
    const { verdict, detail, tookMs, version = null } = await machine.runProbe(task);
    return { proof: { verdict, detail, at, tookMs }, version };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `the probe could not be run: ${why}`;
    return { proof: { verdict: 'undecided', detail, at, tookMs: 0 }, version: null };
  }
}

/** A proof speaks of one registration. */
function forgetGone({ repair }: Situation, proved: Map<string, ProvedEntry>): void {
  const { observed } = repair.view();
  const there = new Set((observed.all ?? observed.entries).map(identify));
  for (const key of proved.keys()) if (!there.has(key)) proved.delete(key);
}
