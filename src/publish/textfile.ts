import { inTurn } from '../core/in-turn.ts';
import { missingPart } from '../core/missing-part.ts';
import type { Report } from '../core/report/report.ts';
import type { Files } from '../host/files/facet.ts';
import type { Children } from '../host/system/facet.ts';

/** What it uses of the machine. */
type Host = Children & Files;

/** The metrics as a file for node_exporter, for hosts where nobody scrapes the daemon itself. */
export interface Textfile {
  /** From now on it is this file, or none where empty; the one before is removed. */
  use(path: string): void;
  /** Removes the file: what stands still in it would be believed. Resolves when done, or after 2 s. */
  close(): Promise<void>;
}

/** What the file needs; `report` resolves to what it is to say. */
export interface TextfileParts {
  readonly machine: Host;
  readonly report: () => Promise<Report>;
  /** `why` null: no problem any more. */
  readonly problem: (path: string, why: string | null) => void;
}

/** Shorter than anybody scrapes a node. */
const defaultPauseMs = 10_000;
const closeMs = 2000;

/** Makes it without a file. One write at a time, beside repair; a place that hangs is left alone until it answers. */
export function createTextfile(parts: TextfileParts, pauseMs = defaultPauseMs): Textfile {
  const { machine, problem } = parts;
  let wanted = '';
  let timer: NodeJS.Timeout | null = null;
  const queue = inTurn();
  let closed = false;
  const written = new Set<string>();

  const write = async (path: string): Promise<string | null> => {
    const reached = await machine.reach(path);
    if (!reached.ok) return reached.message;
    const text = await textOf(parts);
    if (path !== wanted) return null;
    const outcome = await machine.replaceFile(path, text, 0o644);
    if (!outcome.ok) return outcome.message;
    written.add(path);
    return null;
  };

  const tidy = async (): Promise<void> => {
    for (const path of written) {
      if (path === wanted) continue;
      const gone = await machine.removeFile(path);
      if (gone.ok) written.delete(path);
      problem(path, gone.ok ? null : gone.message);
    }
  };

  const turn = async (): Promise<void> => {
    await tidy();
    const path = wanted;
    const why = path === '' ? null : await write(path).catch((error) => missingPart(error) ?? String(error));
    if (path === wanted && path !== '') problem(path, why);
    if (!closed && (wanted !== '' || written.size > 0)) timer ??= setTimeout(next, pauseMs);
  };

  const next = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    return queue(turn);
  };

  const use = (path: string): void => {
    if (closed || path === wanted) return;
    if (wanted !== '') problem(wanted, null);
    wanted = path;
    void next();
  };

  return {
    use,
    async close() {
      use('');
      closed = true;
      await within(closeMs, next());
    },
  };
}

async function textOf({ report }: TextfileParts): Promise<string> {
  // Loaded only where it is wanted.
  const { renderTextfile } = await import('../core/report/metrics.ts');
  return renderTextfile(await report());
}

/** Waits for work, but not for ever. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  await Promise.race([
    work,
    new Promise((resolve) => {
      late = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(late);
}
