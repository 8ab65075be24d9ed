import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { done, type Outcome } from '../../core/outcome.ts';
import { errnoOf } from '../system/errno.ts';

/** Writes lines to `register`. */
export interface Registrar {
  /** One line in one write(2). */
  write(line: Uint8Array): Outcome;
  /** Opens the file once at most for all lines that are written meanwhile. */
  batch<T>(work: () => T): T;
}

/**
 * `held` gives the descriptor of the lock where that is open for writing. None is kept for longer than a batch: a file
 * that is open for writing makes `remount,ro` fail with EBUSY.
 */
export function createRegistrar(register: Buffer, held: () => number | null): Registrar {
  let opened: number | null = null;
  let batches = 0;

  const release = (): void => {
    if (opened === null || batches > 0) return;
    closeSync(opened);
    opened = null;
  };

  return {
    write(line) {
      try {
        const kept = held();
        if (kept === null) opened ??= openSync(register, constants.O_WRONLY);
        writeSync(kept ?? opened ?? -1, line);
        return done;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { ok: false, code: errnoOf(error), message };
      } finally {
        release();
      }
    },
    batch(work) {
      batches += 1;
      try {
        return work();
      } finally {
        batches -= 1;
        release();
      }
    },
  };
}
