/** The result of one thing done to the machine: errno as data, so that one failure never hides the next. */
export type Outcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The one success. */
export const done: Outcome = { ok: true };
