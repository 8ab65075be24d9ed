import { renderEntry } from '../kernel/entry.ts';
import { renderLine } from '../kernel/registration.ts';
import { type Handler, temporaryName } from './handler.ts';

/** A handler with its lines and the text that the kernel will show, made once so that repair only compares and writes. */
export interface Prepared {
  readonly handler: Handler;
  readonly line: Uint8Array;
  readonly spareLine: Uint8Array;
  readonly text: string;
}

/** Prepares one handler. */
export function prepare(handler: Handler): Prepared {
  const { registration } = handler;
  return {
    handler,
    line: renderLine(registration),
    spareLine: renderLine({ ...registration, name: temporaryName(handler) }),
    text: renderEntry(registration, true),
  };
}
