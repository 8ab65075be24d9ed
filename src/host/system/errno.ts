import type { Outcome } from '../../core/outcome.ts';

/** The errno name of a caught error (`ENOSPC`), or `EUNKNOWN` where it carries none. */
export function errnoOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return 'EUNKNOWN';
}

/** Whether the host had no room for it now, in memory, descriptors or on a disk: no defect, and another try may succeed. */
export function lacksRoom(error: unknown): boolean {
  return noRoom.has(errnoOf(error));
}

const noRoom = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOBUFS', 'ENOSPC', 'EDQUOT']);

/** Turns a caught error into an outcome that says what was being done. */
export function failure(doing: string, error: unknown): Outcome & { readonly ok: false } {
  const code = errnoOf(error);
  const text = error instanceof Error ? error.message : String(error);
  return { ok: false, code, message: `${doing}: ${text}` };
}
