import type { Registration } from '../kernel/registration.ts';

/** The file that an interpreter must be: its identity on disk and its content. */
export interface InterpreterIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly sha256: string;
}

/** A registration that we want, with all that repair needs prepared beforehand. */
export interface Handler {
  /** The catalogue's target (`aarch64`) or the name of one of the user's own handlers. */
  readonly key: string;
  /** OCI names that it serves, the plain one first; empty for own handlers and ports without one. */
  readonly platforms: readonly string[];
  readonly registration: Registration;
  /** Known after deployment; null where nothing is pinned (no `F`) or not looked at. */
  readonly interpreter: InterpreterIdentity | null;
  /** Headers that this handler must serve; an entry in front that matches one of them shadows it. */
  readonly samples: readonly Uint8Array[];
  /**
   * Its interpreter could not be made ready, and what was registered of it cannot be registered again: its path does
   * not answer, or leads to what may not be used any more. The entry stays, since with `F` the kernel holds the file.
   */
  readonly held?: boolean;
}

/** The name under which a handler stands in for itself while it is replaced. */
export function temporaryName(handler: Handler): string {
  return `${handler.registration.name}.next`;
}
