import type { OwnCheck } from '../../core/config/own-check.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Problem } from '../../core/problems.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Recalled } from './recall.ts';

/** What a handler needs beside its registration: how to prove it and what to say of it. */
export interface HandlerInfo {
  readonly version: string | null;
  readonly probe: string | null;
  /** Of an own handler: what is run to prove it. */
  readonly check?: OwnCheck | null;
}

/** A handler that is not accepted yet. */
export interface Candidate {
  readonly handler: Handler;
  readonly info: HandlerInfo;
  /** The first bytes of its interpreter; null where it cannot be looked at. */
  readonly header: Uint8Array | null;
}

/**
 * What was registered for a handler that cannot be made ready now: it goes on until something better is there. Where
 * its file is still the one that it was, it is healed as ever; otherwise what is there is merely left alone. Null where
 * its path is looked up at each exec and others may write there: that is no longer what served.
 */
export async function standIn(
  machine: Stores,
  wanted: Handler,
  there: Recalled,
  why: Problem,
  info: HandlerInfo,
): Promise<Candidate | null> {
  const { registration } = there;
  const pinned = registration.flags.includes('F');
  if (!pinned && why.code === 'interpreter-untrusted') return null;
  const path = textOf(registration.interpreter);
  const file =
    why.code === 'hung-path' ? null : await machine.inspectInterpreter(path, { requireStatic: pinned });
  const was = there.interpreter;
  const same =
    file?.ok && file.path === path && (was === null || (was.dev === file.dev && was.ino === file.ino));
  if (!same) {
    return { handler: { ...wanted, registration, interpreter: was, held: true }, info, header: null };
  }
  const interpreter = pinned ? (was ?? { dev: file.dev, ino: file.ino, sha256: '' }) : null;
  return { handler: { ...wanted, registration, interpreter }, info, header: file.header };
}
